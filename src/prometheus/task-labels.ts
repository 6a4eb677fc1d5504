/** The labels by which `/metrics` counts tasks; in a file without imports, so that `--help` loads no exporter. */
export const taskLabels = ['name,queue', 'name', 'queue', 'none'] as const;
export type TaskLabels = (typeof taskLabels)[number];
