import type { Params } from "./puppet-client.js";

/** The parts of a catalog that lead to further requests, or into the report. */
export interface Catalog {
  readonly environment: string;
  readonly version: string | number;
  readonly catalog_uuid?: string;
  readonly resources: readonly CatalogResource[];
}

/** One resource of a catalog. */
export interface CatalogResource {
  readonly type: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly file?: string;
  readonly line?: number;
  readonly exported?: boolean;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What an agent asks of a file server for one resource of a catalog. */
export interface FileRequest {
  /** The resource's title. */
  readonly title: string;
  /** Whether a folder with everything in it is asked for. */
  readonly recurse: boolean;
  /** Where the file may be: the first that exists counts. */
  readonly sources: readonly Source[];
  /** Parameters of the request for metadata, without the environment. */
  readonly query: Params;
}

/** A file or folder on a file server. */
export interface Source {
  /** The server; undefined for the one that catalogs come from. */
  readonly host: string | undefined;
  /** Its path there, beginning with the mount. */
  readonly path: string;
}

/** What a file server says of a file. */
export interface Metadata {
  readonly type: string;
  readonly relative_path: string | null;
  readonly checksum: { readonly value: string };
}

/** The files and folders that a catalog's resources get from a Puppet Server, in the catalog's order. */
export function fileRequests(catalog: Catalog): FileRequest[] {
  return catalog.resources.flatMap<FileRequest>(({ type, title, exported, parameters = {} }) => {
    const { source, ensure, recurse = false, recurselimit, max_files, ignore } = parameters;
    if (type !== "File" || exported === true || source === undefined || ensure === "absent") {
      return [];
    }
    const sources = listed(source).flatMap((one) => sourceOf(one) ?? []);
    if (sources.length === 0) return [];
    const { links, checksum, source_permissions } = parameters;
    const query = {
      links: word(links) ?? "manage",
      checksum_type: word(checksum) ?? "sha256",
      source_permissions: word(source_permissions) ?? "ignore",
    };
    const folder = recurse !== false && recurse !== "false";
    if (!folder) return [{ title, recurse: false, sources, query }];
    const depth = {
      recurse: true,
      recurselimit: word(recurselimit),
      max_files: word(max_files) ?? 0,
      ignore: ignore === undefined ? undefined : listed(ignore),
    };
    return [{ title, recurse: true, sources, query: { ...depth, ...query } }];
  });
}

/** Where a `puppet:` URI leads; undefined for any other. */
export function sourceOf(source: string): Source | undefined {
  const [, host = "", path] = /^puppet:\/\/([^/:]*)(?::\d+)?(\/.+?)\/*$/.exec(source) ?? [];
  return path === undefined ? undefined : { host: host === "" ? undefined : host, path };
}

/** The folders with plugins, as an agent compares them before each run. */
export const pluginFolders: readonly { readonly mount: string; readonly query: Params }[] = [
  { mount: "pluginfacts", permissions: "use" },
  { mount: "plugins", permissions: "ignore" },
].map(({ mount, permissions }) => ({
  mount,
  query: {
    recurse: true,
    max_files: -1,
    ignore: [".svn", "CVS", ".git", ".hg"],
    links: "follow",
    checksum_type: "sha256",
    source_permissions: permissions,
  },
}));

function word(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

const listed = (value: unknown) => [value].flat().filter((one) => typeof one === "string");
