import { podmanNames } from "../../../platforms/containers/names.js";
import { startContainer } from "../../../tools/lib/podman.js";
import { execIn } from "../container-exec.js";
import { domain } from "../environment.js";
import { introduce } from "../host-names.js";

/** A site's own PostgreSQL, with a certificate from its own CA. */
export interface PostgresqlServer {
  /** Its name, as in its certificate. */
  readonly server: string;
  /** The CA certificate, PEM. */
  readonly caCertificate: string;
  /** Runs SQL as its administrator; returns the result without formatting. */
  sql(text: string, database?: string): Promise<string>;
}

const name = "database";

/** Starts it in an environment's network, as a site's database administrator would set it up. */
export async function startPostgresql(
  environment: string,
  passwords: { write: string; read: string },
): Promise<PostgresqlServer> {
  const server = `${name}.${domain}`;
  const run = async (script: string, stdin = "") => {
    const container = podmanNames.container(environment, name);
    const { code, stdout, stderr } = await execIn(container, ["bash", "-ec", script], { stdin });
    if (code !== 0) throw new Error(`${container}: ${stderr}`);
    return stdout;
  };
  await startContainer(environment, name, domain);
  await introduce(environment, name, domain, ["main"]);
  await run(`
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq --no-install-recommends postgresql >/dev/null 2>&1
    cd /etc/postgresql/*/main
    openssl req -x509 -newkey rsa:2048 -nodes -subj '/CN=Database CA' -keyout ca.key -out ca.pem 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -subj /CN=${server} -keyout server.key -out server.csr 2>/dev/null
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.crt \\
      -extfile <(echo subjectAltName=DNS:${server}) 2>/dev/null
    chown postgres: server.*
    cat >conf.d/site.conf <<CONF
listen_addresses = '*'
ssl_cert_file = '$PWD/server.crt'
ssl_key_file = '$PWD/server.key'
CONF
    echo 'hostssl all puppetdb,puppetdb_read all scram-sha-256' >>pg_hba.conf
    systemctl restart postgresql`);
  const sql = async (text: string, database = "postgres") =>
    (
      await run(
        `runuser --user postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 ${database}`,
        text,
      )
    ).trim();
  await sql(`
    CREATE ROLE puppetdb LOGIN CREATEDB PASSWORD '${passwords.write}';
    CREATE ROLE puppetdb_read LOGIN PASSWORD '${passwords.read}';
    GRANT puppetdb_read TO puppetdb;`);
  await sql("CREATE DATABASE puppetdb OWNER puppetdb ENCODING 'UTF8' TEMPLATE template0;");
  return {
    server,
    caCertificate: await run("cat /etc/postgresql/*/main/ca.pem"),
    sql,
  };
}
