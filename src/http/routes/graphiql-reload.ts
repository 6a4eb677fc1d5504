/** GraphiQL keeps its tabs in the browser, but looks for the active one by texts that it may not have kept. */

/** The part of the browser's `localStorage` that is used. */
export interface TabStorage {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

/** A tab as GraphiQL stores it; its name is the title. */
export interface StoredTab {
  readonly id: string;
  readonly title: string;
  readonly query: string | null;
  readonly variables: string | null;
  readonly headers: string | null;
  readonly operationName: string | null;
  readonly response: null;
}

/**
 * Runs in the browser before GraphiQL does. If the browser has no tabs of GraphiQL, the initial ones are stored. GraphiQL
 * has an option for that, `defaultTabs`, but shows an operation of the address in the first of them, not in a tab of its
 * own.
 *
 * GraphiQL opens a further tab, an empty one, unless query, variables and headers in its storage are those of one of its
 * tabs; it stores them only when they are edited. So they are stored here: those of the tab that has the query of the
 * address, and else those of the active tab.
 *
 * @param search the part of the page's address after the path
 */
export function keepTabs(storage: TabStorage, search: string, initial: readonly StoredTab[]): void {
  try {
    const kept = storage.getItem('graphiql:tabState');
    const state = kept ?? JSON.stringify({ tabs: initial, activeTabIndex: 0 });
    if (kept === null) storage.setItem('graphiql:tabState', state);
    const { tabs, activeTabIndex } = JSON.parse(state) as { tabs: StoredTab[]; activeTabIndex: number };
    const query = new URLSearchParams(search).get('query');
    const tab = query === null ? tabs[activeTabIndex] : tabs.find((each) => each.query === query);
    if (tab === undefined) return;
    for (const name of ['query', 'variables', 'headers'] as const)
      storage.setItem(`graphiql:${name}`, tab[name] ?? '');
  } catch {
    // Not what GraphiQL has written: it begins anew.
  }
}
