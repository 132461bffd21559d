/** Program that brings code from Git. */
export const CodeTool = {
  /** Puppet's own. */
  R10k: "r10k",
  /** The same in Go, and faster. */
  G10k: "g10k",
  /** Environments are left to whoever puts them there. */
  None: "none",
} as const;
export type CodeTool = (typeof CodeTool)[keyof typeof CodeTool];

/** What becomes of a compiler whose code is known to be old. */
export const OldCode = {
  /** It goes on. */
  Serve: "serve",
  /** It gets no new agents until it has caught up, unless all are so. */
  Leave: "leave",
} as const;
export type OldCode = (typeof OldCode)[keyof typeof OldCode];

/** Who decides in which environment a node's catalog is compiled. */
export const NodeEnvironment = {
  /** Foreman, for each node. */
  Foreman: "foreman",
  /** The agent, by its own configuration. */
  Agent: "agent",
} as const;
export type NodeEnvironment = (typeof NodeEnvironment)[keyof typeof NodeEnvironment];

/** What happens when Foreman is away for longer than its classifications are good for. */
export const ExpiredClassification = {
  /** The old one is served, and none where there is none. */
  Serve: "serve",
  /** The agent gets no catalog. */
  Fail: "fail",
} as const;
export type ExpiredClassification =
  (typeof ExpiredClassification)[keyof typeof ExpiredClassification];
