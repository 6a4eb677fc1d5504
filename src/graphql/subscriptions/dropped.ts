export const droppedDescription =
  'Number of events that were dropped immediately before this one because this subscriber was too slow: delivered and ' +
  'dropped events together are all events that match the filter.';
