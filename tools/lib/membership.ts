import { compilerWord } from "../../roles/compiler/compiler.js";
import { poolProgram } from "../../templates/compiler-pool/compiler-pool.js";
import { statisticsRows, type Statistics } from "./pool.js";
import { Problem } from "./problem.js";
import { hostNamed, hostsWith, outputsOf, sshFailure } from "./remote.js";
import { Stack } from "./stack.js";
import { toolchain } from "./toolchain/toolchain.js";

/**
 * Takes a compiler out of its pool, or puts it back, and waits until that is so.
 *
 * @param what `drain` or `ready`
 * @param args the command's: the compiler's name, and the stack's, which is `local` by default
 * @returns exit code: 0 if it is so, 1 if agents are still connected, or if it does not serve
 * @throws Problem if there is no such compiler, or if it cannot be reached
 */
export async function setMembership(
  what: "drain" | "ready",
  args: readonly string[],
): Promise<number> {
  const [name, stackName = "local", ...more] = args;
  if (more.length > 0) {
    throw new Problem(`${more.join(" ")} is too much; write npm run ${what} -- NAME STACK.`);
  }
  const stack = new Stack(stackName, await toolchain());
  const outputs = await outputsOf(stack);
  const compilers = hostsWith(outputs, compilerWord).map(({ fqdn }) => fqdn.split(".")[0] ?? fqdn);
  const host = name === undefined ? undefined : hostNamed(outputs, name);
  if (
    name === undefined ||
    host === undefined ||
    !outputs.hosts?.[name]?.roles.includes(compilerWord)
  ) {
    throw new Problem(
      `${name === undefined ? "A compiler is missing" : `${stack.name} has no compiler ${name}`}; write npm run ${what} -- NAME ${stack.name} with one of ${compilers.join(", ")}.`,
    );
  }
  const { code, stderr } = await host.run(`${poolProgram} ${what}`, { show: true });
  if (code === sshFailure) {
    throw new Problem(`${host.fqdn} cannot be reached over SSH: ${stderr.trim()}`);
  }
  if (what === "drain") await warnIfLast(name, outputs as unknown as Statistics);
  return code;
}

/** Says if a compiler that was drained goes on serving, because no other does. */
async function warnIfLast(name: string, statistics: Statistics): Promise<void> {
  const rows = await statisticsRows(statistics);
  const others = rows.filter(
    ({ pxname, svname, status }) =>
      pxname === "compilers" && svname !== "BACKEND" && svname !== name && status?.startsWith("UP"),
  );
  if (others.length === 0) {
    console.log(`No other compiler takes agents, so ${name} goes on serving until one does.`);
  }
}
