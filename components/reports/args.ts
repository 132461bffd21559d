/** How long a Puppet server keeps reports that PuppetDB or Foreman does not take. */
export interface ReportsArgs {
  /** MiB that may wait for each of them on each server; a report for which there is no room is dropped. Default: 1024. */
  maxSize?: number;
  /** Time after which what waits is dropped; a duration such as `7d`, which is the default, `36h` or `90m`. */
  maxAge?: string;
}
