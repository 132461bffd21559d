import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { leaveAll } from "../../hosts/host-configuration.js";
import type { LeavingServer } from "../../platforms/existing/existing-servers.js";
import { main } from "./problem.js";
import { remoteHost, sshFailure, type Connection } from "./remote.js";

/** Seconds that a server may take to answer. */
const patience = 30;

// Ends the roles of an existing server that leaves its stack; a deployment runs this, with the server on standard input.
// One that nobody can reach any more keeps no deployment from its end: what it has is worthless without its certificate.
await main(async () => {
  const { fqdn, address, connection } = JSON.parse(await text(process.stdin)) as LeavingServer;
  const host = remoteHost({ fqdn, address }, connection as Connection);
  const end = Date.now() + patience * 1000;
  for (;;) {
    const { code, stdout, stderr } = await host.run(leaveAll);
    if (code !== sshFailure) {
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      return code;
    }
    if (Date.now() > end) {
      const reason = stderr.trim().split("\n").at(-1) ?? "";
      console.log(
        `${fqdn} at ${address} cannot be reached over SSH (${reason}), and is removed as it is: its certificate is revoked. Should the machine still run, its services do too: stop them, or switch it off.`,
      );
      return 0;
    }
    await pause(2000);
  }
});
