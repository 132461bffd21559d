import { afterAll, beforeAll, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderLocale } from "../../templates/puppetserver/puppetserver.js";
import { outputOf as output } from "../support/rendered/parsers.js";

const unit = "/etc/systemd/system/locale-test.service";

/** The encoding of file names in a JVM with the environment of Puppet Server. */
async function encoding(): Promise<string | undefined> {
  const text = await output(
    "systemctl daemon-reload; systemctl start locale-test; cat /run/locale-test",
  );
  return /sun\.jnu\.encoding = (\S+)/.exec(text)?.[1];
}

beforeAll(() =>
  output(
    `cat >${unit}`,
    `[Service]
Type=oneshot
EnvironmentFile=${distributions.debian.paths.serverDefaults}
ExecStart=/usr/bin/java -XshowSettings:properties -version
StandardError=truncate:/run/locale-test
`,
  ),
);
afterAll(() => output(`rm -r ${unit} ${unit}.d; systemctl daemon-reload`));

it("the JVM of Puppet Server reads file names in UTF-8, against what Debian's package says", async () => {
  expect(await encoding()).toBe("ANSI_X3.4-1968");
  await output(`mkdir -p ${unit}.d; cat >${unit}.d/locale.conf`, renderLocale());
  expect(await encoding()).toBe("UTF-8");
});
