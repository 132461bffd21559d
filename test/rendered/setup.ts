import { startTestContainer } from "../containers.js";
import { parsersName } from "./parsers.js";

/** What the parsers need to be there before they read: a CA for HAProxy, the program a unit starts. */
const surroundings = `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=Puppet CA' \
  -keyout /dev/null -out /etc/haproxy/puppet-ca.pem
install -m 0755 /dev/null /usr/local/sbin/puppet-crl-refresh
`;

/** Makes the one container that holds the products' own parsers. */
export default async function setup(): Promise<() => Promise<void>> {
  const container = await startTestContainer(parsersName);
  try {
    for (const command of [
      "apt-get update -qq",
      "DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends haproxy puppet-agent gpg",
      surroundings,
    ]) {
      const { code, stderr } = await container.exec(["sh", "-ec", command]);
      if (code !== 0) throw new Error(`${command} failed in the parsers' container: ${stderr}`);
    }
  } catch (error) {
    await container.remove();
    throw error;
  }
  return () => container.remove();
}
