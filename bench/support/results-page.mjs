/** The figures in words and tables: for bench/RESULTS.md all of them, for the README the goals. */
import { goalRow } from './goals.mjs';
import { table } from './table.mjs';

const block = /(<!-- bench -->\n)[^]*?(<!-- bench:end -->)/;

const about = ({ date, node, cpu, pinned }) =>
  `${date}, Node ${node.replace(/^v/, '')}, ${cpu}${pinned ? ', servers pinned to one core' : ''}`;

function section({ title, machine, rows, goals, notes }) {
  const parts = [`## ${title}`, `${about(machine)}.`];
  if (goals.length > 0) parts.push(table(goals.map(goalRow)));
  if (rows.length > 0) parts.push(table(rows));
  return [...parts, ...notes].join('\n\n');
}

export function resultsPage({ subjects }) {
  const head = [
    '# Figures',
    '`npm run bench` has written this page. Each figure is the median of several rounds, with the least and the greatest in brackets; what is compared took turns. Limits that are not measured are off: the gateways run with `--rate-limit 0`.',
  ];
  return `${[...head, ...subjects.map(section)].join('\n\n')}\n`;
}

const named = ({ name, goals }, result) => {
  const rows = goals.map(goalRow).filter((row) => row.result === result);
  const figures = rows.map(({ goal, aim, measured }) => `${goal} ${measured} (${aim})`);
  return rows.length === 0 ? [] : [`\`${name}\`: ${figures.join(', ')}`];
};

/** Every goal that was measured, those that were not reached as well: a line each, since the README is short. */
export function readmeBlock({ subjects }) {
  const lines = ['reached', 'not reached'].flatMap((result) => {
    const found = subjects.flatMap((subject) => named(subject, result));
    const label = `${result.charAt(0).toUpperCase()}${result.slice(1)}`;
    return found.length === 0 ? [] : [`- **${label}.** ${found.join('; ')}.`];
  });
  return lines.length === 0 ? 'No figures yet: `npm run bench` writes them here.' : lines.join('\n');
}

/** The README with this text in place of the one that it has. @throws Error if the page has no place for them */
export function readmeWith(readme, text) {
  if (!block.test(readme)) throw new Error('README.md has no <!-- bench --> block');
  return readme.replace(block, (_all, begin, end) => `${begin}\n${text}\n\n${end}`);
}
