// Runs a command of this project. Installs the npm packages first, so that a fresh clone needs only Node. This file is
// plain JavaScript, because TypeScript needs one of those packages.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const [command, ...args] = process.argv.slice(2);

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} is too old: install Node 20.19 or newer and run this again.`,
  );
  process.exit(1);
}

// npm writes this file last, so an interrupted installation starts over.
const installed = `${project}node_modules/.package-lock.json`;
const locked = `${project}package-lock.json`;
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs) {
  console.log("installing the npm packages from package-lock.json");
  // The packages' own install scripts would only download plugins, which the toolchain does.
  const { status } = spawnSync(
    "npm",
    ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: project,
      stdio: "inherit",
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}

// Ctrl-C is the command's, which may have something to put back: this process waits for its end.
const wait = () => {};
process.on("SIGINT", wait);
const { status, signal } = spawnSync(
  process.execPath,
  ["--import", "tsx", `${project}tools/commands/${command}.ts`, ...args],
  { cwd: project, stdio: "inherit" },
);
process.off("SIGINT", wait);
if (signal !== null) process.kill(process.pid, signal);
process.exit(status ?? 1);
