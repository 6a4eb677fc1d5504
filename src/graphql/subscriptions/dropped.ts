export const droppedDescription =
  'How many events this subscriber missed just before this one, because it was too slow: those delivered and those ' +
  'dropped are all that passed its filter.';
