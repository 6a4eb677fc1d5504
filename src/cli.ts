/** What service units of earlier versions start: `node dist/cli.js`. The command itself is `dist/cli/main.js`. */
import './cli/main.js';
