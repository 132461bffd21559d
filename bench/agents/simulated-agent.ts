import { randomUUID } from "node:crypto";
import { factsOf, type Facts } from "./facts.js";
import {
  fileRequests,
  pluginFolders,
  type Catalog,
  type CatalogResource,
  type FileRequest,
  type Metadata,
  type Source,
} from "./files.js";
import { encoded, Unanswered, type Params, type PuppetClient } from "./puppet-client.js";
import { reportOf } from "./report.js";
import type { RunEnd } from "./runs.js";

/** How often a catalog may be of another environment than the one asked for. */
const environmentChanges = 3;
/** Checksums that an agent can compare, in Puppet's order. */
const checksums = "sha256.sha384.sha512.sha224.md5";

/**
 * An agent that asks for everything that `puppet agent` asks for, in the same order, and keeps nothing but checksums: of
 * the plugins and files that it has, which it does not ask for again.
 */
export class SimulatedAgent {
  private environment = "production";
  private ranBefore = false;
  private readonly held = new Map<string, string>();

  /**
   * @param facts of a real agent of the same environment
   * @param clientOf makes the client of each run
   */
  constructor(
    private readonly certname: string,
    private readonly facts: Facts,
    private readonly clientOf: () => PuppetClient,
  ) {}

  /** One run; a report that is not taken, or a file that is lost, makes it a failed one. */
  async run(): Promise<RunEnd> {
    const client = this.clientOf();
    const began = new Date();
    const transaction = randomUUID();
    const fetched = new Set<string>();
    let compiler: string | undefined;
    const applied = async () => {
      const catalog = await this.catalog(client, transaction);
      compiler = client.lastServer;
      for (const request of fileRequests(catalog)) {
        if (await this.fetch(client, request)) fetched.add(request.title);
      }
      return catalog;
    };
    // An agent's first run makes everything, and a message is new each time.
    const changed = ({ type, title }: CatalogResource) =>
      !this.ranBefore || type === "Notify" || (type === "File" && fetched.has(title));
    try {
      const { catalog, failure } = await applied().then(
        (catalog) => ({ catalog, failure: undefined }),
        (error: unknown) => ({ catalog: undefined, failure: reasonOf(error) }),
      );
      const { certname, environment } = this;
      const seconds = (Date.now() - began.getTime()) / 1000;
      const run = { certname, environment, transaction, began, seconds, catalog, changed, failure };
      const reported = await this.report(client, reportOf(run));
      this.ranBefore = true;
      const { retries } = client;
      return { failure: failure ?? reported, retries, compiler, transaction };
    } finally {
      client.close();
    }
  }

  /** Plugins and the catalog, of the environment that the server chooses. */
  private async catalog(client: PuppetClient, transaction: string): Promise<Catalog> {
    if (!this.ranBefore) await this.node(client, transaction);
    for (let changes = 0; changes <= environmentChanges; changes += 1) {
      await this.plugins(client);
      const catalog = await this.compiled(client, transaction);
      if (catalog.environment === this.environment) return catalog;
      this.environment = catalog.environment;
    }
    throw new Error(`the environment changed more than ${String(environmentChanges)} times`);
  }

  /** Asks which environment this node is in, as an agent does that has not run before. */
  private async node(client: PuppetClient, transaction: string): Promise<void> {
    const { environment } = this;
    const body = await client.ask("GET", `/node/${this.certname}`, {
      environment,
      configured_environment: environment,
      transaction_uuid: transaction,
    });
    const node = JSON.parse(body.toString()) as { environment?: string };
    this.environment = node.environment ?? environment;
  }

  private async plugins(client: PuppetClient): Promise<void> {
    const { environment } = this;
    // Whether the server has the environment.
    await client.ask("GET", "/file_metadatas/plugins", {
      ...{ recurse: false, links: "manage", checksum_type: "sha256" },
      ...{ source_permissions: "ignore", environment },
    });
    for (const { mount, query } of pluginFolders) {
      const source = { host: undefined, path: `/${mount}` };
      await this.folder(client, source, { ...query, environment });
    }
  }

  private async compiled(client: PuppetClient, transaction: string): Promise<Catalog> {
    const { certname, environment } = this;
    const now = new Date();
    const facts = {
      ...factsOf(this.facts, certname, process.uptime()),
      timestamp: now.toISOString(),
      expiration: new Date(now.getTime() + 1_800_000).toISOString(),
    };
    const body = encoded({
      facts_format: "application/json",
      // Twice, for the server decodes it twice.
      facts: encodeURIComponent(JSON.stringify(facts)),
      ...{ environment, configured_environment: environment, check_environment: true },
      ...{ transaction_uuid: transaction, job_uuid: "", static_catalog: true },
      checksum_type: checksums,
    });
    const headers = {
      Accept: "application/vnd.puppet.rich+json, application/json",
      "Content-Type": "application/x-www-form-urlencoded",
    };
    const answer = await client.ask(
      "POST",
      `/catalog/${certname}`,
      { environment },
      { headers, body },
    );
    return JSON.parse(answer.toString()) as Catalog;
  }

  /**
   * A file or folder of a resource; of several sources, the first that exists.
   *
   * @returns whether any content was new
   */
  private async fetch(
    client: PuppetClient,
    { title, sources, ...request }: FileRequest,
  ): Promise<boolean> {
    const query = { ...request.query, environment: this.environment };
    for (const source of sources) {
      try {
        return await (request.recurse
          ? this.folder(client, source, query)
          : this.file(client, source, query));
      } catch (error) {
        if (!(error instanceof Unanswered && error.status === 404)) throw error;
      }
    }
    throw new Error(`File[${title}]: no server has it`);
  }

  private async file(client: PuppetClient, source: Source, query: Params): Promise<boolean> {
    const { host, path } = source;
    const body = await client.ask("GET", `/file_metadata${path}`, query, { host });
    return this.content(client, source, JSON.parse(body.toString()) as Metadata);
  }

  private async folder(client: PuppetClient, source: Source, query: Params): Promise<boolean> {
    const { host, path } = source;
    const body = await client.ask("GET", `/file_metadatas${path}`, query, { host });
    const files = (JSON.parse(body.toString()) as Metadata[]).map((file) => ({
      file,
      path: `${path}/${file.relative_path ?? ""}`,
    }));
    let any = false;
    for (const { file, path } of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (await this.content(client, { host, path }, file)) any = true;
    }
    return any;
  }

  /** Fetches what is not held. */
  private async content(
    client: PuppetClient,
    { host, path }: Source,
    file: Metadata,
  ): Promise<boolean> {
    const { value } = file.checksum;
    const name = `${host ?? ""}${path}`;
    if (file.type !== "file" || this.held.get(name) === value) return false;
    const headers = { Accept: "application/octet-stream" };
    const { environment } = this;
    await client.ask("GET", `/file_content${path}`, { environment }, { host, headers });
    this.held.set(name, value);
    return true;
  }

  /** @returns why it was not taken; undefined if it was */
  private async report(client: PuppetClient, body: string): Promise<string | undefined> {
    const { certname, environment } = this;
    try {
      const headers = { "Content-Type": "application/json" };
      await client.ask("PUT", `/report/${certname}`, { environment }, { headers, body });
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
