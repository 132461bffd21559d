import { setMembership } from "../lib/membership.js";
import { main } from "../lib/problem.js";

// `npm run ready -- NAME [STACK]`: has a compiler that was drained take agents again.
await main(() => setMembership("ready", process.argv.slice(2)));
