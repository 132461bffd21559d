import type { Catalog, CatalogResource } from "./files.js";
import { puppetVersion } from "./puppet-client.js";

/** What a run's report tells. */
export interface Ran {
  readonly certname: string;
  readonly environment: string;
  readonly transaction: string;
  readonly began: Date;
  readonly seconds: number;
  /** Undefined if there was none. */
  readonly catalog: Catalog | undefined;
  /** Whether the run changed a resource: the report of one that is as it should be says nothing of it. */
  readonly changed: (resource: CatalogResource) => boolean;
  /** Why the run failed, if it did. */
  readonly failure: string | undefined;
}

/** Types of resources that contain others, which no report lists. */
const containers = ["Class", "Stage", "Node"];

/** The report of a run in Puppet's format 12, with a status for each resource that it changed. */
export function reportOf(run: Ran): string {
  const { catalog, failure, began } = run;
  const time = began.toISOString();
  const resources = (catalog?.resources ?? []).filter(
    ({ type, exported }) => exported !== true && !containers.includes(type),
  );
  const changed = resources.filter(run.changed);
  const failed = failure === undefined ? 0 : 1;
  const status = changed.length > 0 ? "changed" : "unchanged";
  return JSON.stringify({
    host: run.certname,
    time,
    configuration_version: catalog?.version ?? null,
    transaction_uuid: run.transaction,
    report_format: 12,
    puppet_version: puppetVersion,
    status: failed === 1 ? "failed" : status,
    transaction_completed: catalog !== undefined,
    noop: false,
    noop_pending: false,
    environment: run.environment,
    logs: [log(failure === undefined ? "notice" : "err", failure ?? "Applied catalog", time)],
    metrics: {
      resources: metric("resources", "Resources", { total: resources.length, failed }),
      time: metric("time", "Time", { total: run.seconds }),
      changes: metric("changes", "Changes", { total: changed.length }),
      events: metric("events", "Events", { total: changed.length, success: changed.length }),
    },
    resource_statuses: Object.fromEntries(
      changed.map((resource) => [nameOf(resource), statusOf(resource, time)]),
    ),
    corrective_change: false,
    cached_catalog_status: "not_used",
    ...(catalog?.catalog_uuid === undefined ? {} : { catalog_uuid: catalog.catalog_uuid }),
  });
}

const nameOf = ({ type, title }: CatalogResource) => `${type}[${title}]`;

function statusOf(resource: CatalogResource, time: string) {
  const { type, title, tags = [], file = null, line = null } = resource;
  return {
    ...{ title, file, line, resource: nameOf(resource), resource_type: type, tags, time },
    provider_used: null,
    containment_path: ["Stage[main]", nameOf(resource)],
    evaluation_time: 0.001,
    ...{ failed: false, failed_to_restart: false, changed: true, out_of_sync: true },
    ...{ skipped: false, change_count: 1, out_of_sync_count: 1, corrective_change: false },
    events: [
      {
        ...{ audited: false, property: "ensure", previous_value: "absent" },
        ...{ desired_value: "present", historical_value: null, message: "created" },
        ...{ name: "created", status: "success", time, redacted: null, corrective_change: false },
      },
    ],
  };
}

const log = (level: string, message: string, time: string) => ({
  ...{ level, message, source: "Puppet", tags: [level], time, file: null, line: null },
});

function metric(name: string, label: string, values: Readonly<Record<string, number>>) {
  const labelled = Object.entries(values).map(([key, value]) => [
    key,
    `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
    value,
  ]);
  return { name, label, values: labelled };
}
