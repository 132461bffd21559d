import { exec, output, until } from "../environment.js";

const ssldir = "/var/lib/puppet/ssl";

/** Python: has a connection through the load balancer to one compiler, and asks something once a second until told to end. */
const keep = (agent: string, compiler: string) => `
import http.client, os, ssl, time
context = ssl.create_default_context(cafile="${ssldir}/certs/ca.pem")
context.load_cert_chain("${ssldir}/certs/${agent}.pem", "${ssldir}/private_keys/${agent}.pem")
while True:
    connection = http.client.HTTPSConnection("puppet.example.test", 8140, context=context, timeout=60)
    connection.connect()
    if "commonName', '${compiler}.example.test'" in str(connection.sock.getpeercert()["subject"]): break
    connection.close()
# http.client would open a closed connection again.
connection.auto_open = 0
asked = 0
while not os.path.exists("/run/enough"):
    connection.request("GET", "/puppet/v3/environments")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    asked += 1
    open("/run/asked", "w").write(str(asked))
    time.sleep(1)
print(asked)
`;

/** A connection that an agent keeps to a compiler, through the load balancer. */
export interface KeptConnection {
  /** Ends it; returns the number of requests, all of which had an answer. */
  end: () => Promise<number>;
}

/** Opens a connection that is in use until it is ended. */
export async function keptConnection(agent: string, compiler: string): Promise<KeptConnection> {
  await output(agent, "rm -f /run/enough /run/asked");
  const ended = exec(agent, ["python3", "-c", keep(`${agent}.example.test`, compiler)]);
  const asked = async () => (await exec(agent, ["test", "-e", "/run/asked"])).code === 0;
  await until(`${agent} asks ${compiler}`, asked, 60);
  return {
    end: async () => {
      await output(agent, "touch /run/enough");
      const { code, stdout, stderr } = await ended;
      if (code !== 0) throw new Error(`the connection to ${compiler} was cut: ${stderr}`);
      return Number(stdout);
    },
  };
}
