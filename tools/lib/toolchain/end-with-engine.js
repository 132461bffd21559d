// Loaded into every Node process below the Pulumi CLI. If the engine is killed, the program and its language host keep
// running: the program is stuck in an endless loop of failing calls. So the program regularly checks whether its engine
// still listens, and ends both if it does not.
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const [host = "", port] = (process.argv[process.argv.indexOf("--engine") + 1] ?? "").split(":");
if (process.argv.includes("--monitor") && port !== undefined) {
  setInterval(() => {
    const socket = connect({ host, port: Number(port) });
    socket.unref();
    socket.on("connect", () => socket.destroy());
    socket.on("error", (error) => {
      if (error.code === "ECONNREFUSED") end();
    });
  }, 1000).unref();
}

function end() {
  try {
    const parent = readFileSync(`/proc/${process.ppid}/comm`, "utf8");
    if (parent.startsWith("pulumi-language")) process.kill(process.ppid);
  } catch {
    // The language host has already ended.
  }
  process.exit(1);
}
