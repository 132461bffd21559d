import { shellWord } from "../../../hosts/shell-word.js";
import { renderVerification } from "../../../templates/foreman/foreman.js";
import type { RemoteHost } from "../remote.js";
import { check, lastLine, type Check } from "./checks.js";
import { serverChecks, userChecks, type ServerAnswers } from "./foreman-checks.js";

/**
 * Checks Foreman from each Puppet server, the main server first.
 *
 * @param ruby program that runs Ruby on them
 */
export async function verifyForeman(
  main: RemoteHost,
  compilers: readonly RemoteHost[],
  ruby: string,
): Promise<Check[]> {
  const first = await ask(main, ruby);
  // The compilers query the same node; without the main server's answer, each chooses one.
  const node = "problem" in first ? undefined : first.node;
  const others = await Promise.all(compilers.map((compiler) => ask(compiler, ruby, node)));
  const servers = [main, ...compilers].map(({ fqdn }) => fqdn);
  return [
    ...("problem" in first
      ? [check("API", "failed", `${first.problem}; nothing was queried as the user.`)]
      : userChecks(first, servers)),
    ...[first, ...others].flatMap((answers, index) => {
      const server = servers[index] ?? "";
      return "problem" in answers
        ? [check(`query from ${server}`, "failed", `${answers.problem}.`)]
        : serverChecks(server, answers);
    }),
  ];
}

/** A server's answers, or why there are none. */
async function ask(
  host: RemoteHost,
  ruby: string,
  node?: string,
): Promise<ServerAnswers | { problem: string }> {
  const command = `${ruby} --disable-gems - ${node === undefined ? "" : shellWord(node)}`;
  const { code, stdout, stderr } = await host.run(command, { stdin: renderVerification() });
  if (code === 0) return JSON.parse(stdout) as ServerAnswers;
  const reason = lastLine(stderr);
  return {
    problem:
      code === 255
        ? `${host.fqdn} cannot be reached over SSH (${reason}); start it, or deploy the stack`
        : `The checks failed to run on ${host.fqdn} (${reason}); deploy the stack with this version`,
  };
}
