/** What `--help` shows of the settings, and what docs/configuration.md shares with it. */
import { describe, expect, it } from 'vitest';
import { configurationPage } from '../../../src/cli/configuration-page.js';
import { exitCodes } from '../../../src/cli/exit-codes.js';
import { helpText } from '../../../src/cli/help.js';
import { cacheOptions } from '../../../src/cache/cache-defaults.js';
import { sections, settings } from '../../../src/config/settings.js';
import { plainVariables, shownDefault } from '../../../src/config/setting.js';

describe('--help', () => {
  it('has every setting with its variables, its meaning and its default', () => {
    const help = helpText();
    for (const row of Object.values(settings)) {
      expect(help).toContain(`--${row.flag} <value>`);
      expect(help).toContain(plainVariables(row).join(', '));
      expect(help).toContain(`${row.doc.replaceAll('`', '')} (default: ${shownDefault(row)})`);
    }
  });

  it('has the options of caches once, and none of the earlier flags for single options', () => {
    const help = helpText();
    expect(help).toContain('  --cache <cache>:<option>=<value>,...');
    for (const option of Object.keys(cacheOptions))
      expect(help.split('\n').filter((line) => line.startsWith(`      ${option} `))).toHaveLength(1);
    expect(help).toContain(
      'cached answer is fresh (default: task_status 2, worker_status 5, queue_status 3, metrics_summary 5, health_check 10)',
    );
    expect(help).not.toContain('--cache-worker-status-ttl');
  });

  it('has the headings of docs/configuration.md, in the same order', () => {
    const headings = [...helpText().matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Exit codes', ...Object.keys(sections)]);
    const titles = [...configurationPage().matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([...Object.keys(sections), 'Exit codes']);
  });

  it('has every exit code', () => {
    for (const { code, doc } of Object.values(exitCodes))
      expect(helpText()).toContain(`  ${code}  ${doc}`);
  });
});
