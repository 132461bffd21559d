import { text } from "node:stream/consumers";
import { distributions } from "../../distributions/index.js";
import { main, Problem } from "../lib/problem.js";
import { hostsWith, outputsOf, type RemoteHost } from "../lib/remote.js";
import { settingsOf } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";
import { exitCode, table, type Check } from "../lib/verify/checks.js";
import { verifyForeman } from "../lib/verify/foreman.js";
import { givenCredentials, verifyHdm } from "../lib/verify/hdm.js";

type Outputs = Awaited<ReturnType<typeof outputsOf>>;

// `npm run verify -- foreman|hdm [STACK]`: checks a live Foreman or HDM, and shows the results. The exit code is 0 if
// everything passes, 2 if there are only warnings, and 1 if something failed.
await main(async () => {
  const [product = "", name = "local", ...more] = process.argv.slice(2);
  if ((product !== "foreman" && product !== "hdm") || more.length > 0) {
    throw new Problem(
      "Write what to verify, foreman or hdm, and the stack unless it is local: npm run verify -- foreman",
    );
  }
  const stack = new Stack(name, await toolchain());
  const outputs = await outputsOf(stack);
  if (outputs[`${product}Url`] === undefined) {
    const what = product === "hdm" ? "HDM" : "Foreman";
    throw new Problem(
      settingsOf(stack)[product].host === "none"
        ? `The stack ${name} has no ${what}; docs/${product}.md says how to set puppet:${product}.host.`
        : `The settings of the stack ${name} have ${what}, but it is not deployed yet; deploy the stack first.`,
    );
  }
  const checks = await (product === "foreman" ? foreman : hdm)(stack, outputs);
  console.log(table(checks));
  return exitCode(checks);
});

function foreman(stack: Stack, outputs: Outputs): Promise<Check[]> {
  const { paths } = distributions[settingsOf(stack).distribution];
  return verifyForeman(hostOf(outputs, "main"), hostsWith(outputs, "compiler"), paths.ruby);
}

async function hdm(stack: Stack, outputs: Outputs): Promise<Check[]> {
  const { distribution, hdm } = settingsOf(stack);
  const { image, certificate } = hdm;
  if (image === undefined) {
    throw new Problem(
      `The settings of ${stack.name} have no puppet:hdm.image, but HDM is deployed; deploy the stack with these settings.`,
    );
  }
  return verifyHdm({
    main: hostOf(outputs, "main"),
    host: hostOf(outputs, "hdm"),
    ssldir: distributions[distribution].paths.ssldir,
    certificate,
    image,
    puppetdbQueryUrl: String(outputs.puppetdbQueryUrl),
    credentials: givenCredentials(process.stdin.isTTY ? "" : await text(process.stdin)),
  });
}

function hostOf(outputs: Outputs, role: string): RemoteHost {
  const [host] = hostsWith(outputs, role);
  if (host === undefined)
    throw new Problem(`No host of the stack has the role ${role}; deploy the stack.`);
  return host;
}
