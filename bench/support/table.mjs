/** Rows as a Markdown table, which a terminal shows well, too. */

/** As many digits as a reader can use; a dash for what is not a number. */
export function formatNumber(value) {
  if (value === null || !Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** Text, a number, or a summary as its median with its spread. */
function formatCell(cell) {
  if (cell === undefined) return '';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || cell === null) return formatNumber(cell);
  const { median, min, max } = cell;
  if (min === max) return formatNumber(median);
  return `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`;
}

/** @param rows objects; the columns are all of their properties, in the order in which they first appear */
export function table(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => formatCell(row[column])))];
  const widths = columns.map((_, at) => Math.max(3, ...lines.map((line) => line[at].length)));
  const [head, ...body] = lines.map(
    (line) => `| ${line.map((text, at) => text.padEnd(widths[at])).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}
