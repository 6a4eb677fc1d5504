/** What can be measured, in the order in which it is. */
import { hot } from './hot.mjs';

export const subjects = [hot];
