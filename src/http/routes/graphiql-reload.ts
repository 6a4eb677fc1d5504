/** GraphiQL keeps its tabs in the browser, but looks for the active one by texts that it may not have kept. */

/** The part of the browser's `localStorage` that is used. */
export interface TabStorage {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

/** As GraphiQL stores it. */
interface StoredTabs {
  readonly tabs: readonly Readonly<Record<'query' | 'variables' | 'headers', string | null>>[];
  readonly activeTabIndex: number;
}

/**
 * Runs in the browser before GraphiQL does. GraphiQL opens a further tab, an empty one, unless query, variables and
 * headers in its storage are those of one of its tabs; it stores them only when they are edited. So they are stored here:
 * those of the tab that has the query of the address, and else those of the active tab.
 *
 * @param search the part of the page's address after the path
 */
export function keepTabs(storage: TabStorage, search: string): void {
  const stored = storage.getItem('graphiql:tabState');
  if (stored === null) return;
  try {
    const { tabs, activeTabIndex } = JSON.parse(stored) as StoredTabs;
    const query = new URLSearchParams(search).get('query');
    const tab = query === null ? tabs[activeTabIndex] : tabs.find((each) => each.query === query);
    if (tab === undefined) return;
    for (const name of ['query', 'variables', 'headers'] as const)
      storage.setItem(`graphiql:${name}`, tab[name] ?? '');
  } catch {
    // Not what GraphiQL has written: it begins anew.
  }
}
