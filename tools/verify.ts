import { text } from "node:stream/consumers";
import { distributions } from "../distributions/index.js";
import { main, Problem } from "./problem.js";
import { hostsWith, hostWith, outputsOf } from "./remote.js";
import { settingsOf } from "./settings.js";
import { Stack } from "./stack.js";
import { toolchain } from "./toolchain/toolchain.js";
import { exitCode, table } from "./verify/checks.js";
import { verifyForeman } from "./verify/foreman.js";
import { givenCredentials, verifyHdm } from "./verify/hdm.js";

// `npm run verify -- foreman|hdm [STACK]`: checks a live Foreman or HDM, and shows what was found. Its exit code is 0 when
// all is well, 2 when there are only warnings, and 1 when something failed.
await main(async () => {
  const [product = "", name = "local", ...more] = process.argv.slice(2);
  if ((product !== "foreman" && product !== "hdm") || more.length > 0) {
    throw new Problem(
      "Say what to verify, foreman or hdm, and then the stack unless it is local: npm run verify -- foreman",
    );
  }
  const stack = new Stack(name, await toolchain());
  const outputs = await outputsOf(stack);
  if (outputs[`${product}Url`] === undefined) {
    throw new Problem(
      `The stack ${name} has no ${product === "hdm" ? "HDM" : "Foreman"}; docs/${product}.md says how to set puppet:${product}.host.`,
    );
  }
  const settings = settingsOf(stack);
  const { paths } = distributions[settings.distribution];
  const [server] = hostsWith(outputs, "main");
  if (server === undefined) throw new Problem(`The stack ${name} has no main server; deploy it.`);
  const checks =
    product === "foreman"
      ? await verifyForeman(server, hostsWith(outputs, "compiler"), paths.ruby)
      : await verifyHdm({
          main: server,
          host: await hostWith(stack, "hdm"),
          ssldir: paths.ssldir,
          certificate: settings.hdm.certificate,
          image: settings.hdm.image ?? "",
          puppetdbQueryUrl: String(outputs.puppetdbQueryUrl),
          credentials: givenCredentials(process.stdin.isTTY ? "" : await text(process.stdin)),
        });
  console.log(table(checks));
  return exitCode(checks);
});
