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

/** Every goal that was measured, reached or not. */
export function readmeBlock({ subjects }) {
  const rows = subjects.flatMap(({ title, goals }) =>
    goals.map((goal) => ({ subject: title, ...goalRow(goal) })),
  );
  return rows.length === 0 ? 'No figures yet: `npm run bench` writes them here.' : table(rows);
}

/** The README with this text in place of the one that it has. @throws Error if the page has no place for them */
export function readmeWith(readme, text) {
  if (!block.test(readme)) throw new Error('README.md has no <!-- bench --> block');
  return readme.replace(block, (_all, begin, end) => `${begin}\n${text}\n\n${end}`);
}
