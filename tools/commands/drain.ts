import { setMembership } from "../lib/membership.js";
import { main } from "../lib/problem.js";

// `npm run drain -- NAME [STACK]`: has a compiler take no new agents, and waits until none is connected.
await main(() => setMembership("drain", process.argv.slice(2)));
