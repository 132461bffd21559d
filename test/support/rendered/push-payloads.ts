import {
  after,
  azurePush,
  before,
  bitbucketCloud,
  bitbucketServer,
  change,
  gitea,
  github,
  githubPush,
  gitlabPush,
  gitlabSystem,
  side,
  update,
  zeros,
  type Message,
} from "./push-servers.js";

/** A message, and what it should deploy. */
export interface GoodMessage extends Message {
  what: string;
  repository: string;
  /** Branches, in order; deleted ones with a `-`. */
  branches: readonly string[];
}

/** Messages as GitHub, Gitea, GitLab, both Bitbuckets and Azure DevOps document them, shortened, of which something is deployed. */
export const good: readonly GoodMessage[] = [
  {
    what: "GitHub's push",
    ...{ event: "push", ...githubPush("refs/heads/production") },
    ...{ repository: "octo-org/control", branches: ["production"] },
  },
  {
    what: "GitHub's push of a branch with all that a name may have",
    ...{ event: "push", ...githubPush("refs/heads/_fix(net)/@types/A_1.2-x+y#3;'\"<$&|`") },
    ...{ repository: "octo-org/control", branches: ["_fix(net)/@types/A_1.2-x+y#3;'\"<$&|`"] },
  },
  {
    what: "GitHub's push of a deletion",
    ...{ event: "push", ...githubPush("refs/heads/old", { deleted: true, after: zeros }) },
    ...{ repository: "octo-org/control", branches: ["-old"] },
  },
  {
    what: "GitHub's deletion",
    ...{ event: "delete", ...github({ ref: "old", ref_type: "branch", pusher_type: "user" }) },
    ...{ repository: "octo-org/control", branches: ["-old"] },
  },
  {
    what: "GitHub's push as a form",
    ...{ header: "GITHUB_EVENT", event: "push" },
    body: { payload: JSON.stringify(githubPush("refs/heads/production").body) },
    ...{ repository: "octo-org/control", branches: ["production"] },
  },
  {
    what: "Gitea's push",
    event: "push",
    ...gitea({ ref: "refs/heads/develop", before, after, commits: [], total_commits: 0 }),
    ...{ repository: "org/control", branches: ["develop"] },
  },
  {
    what: "Gitea's deletion",
    ...{ event: "delete", ...gitea({ ref: "a/b", ref_type: "branch", pusher_type: "user" }) },
    ...{ repository: "org/control", branches: ["-a/b"] },
  },
  {
    what: "GitLab's push",
    ...{ event: "Push Hook", ...gitlabPush() },
    ...{ repository: "group/sub/control", branches: ["master"] },
  },
  {
    what: "GitLab's deletion",
    ...{ event: "Push Hook", ...gitlabPush({ after: zeros, checkout_sha: null }) },
    ...{ repository: "group/sub/control", branches: ["-master"] },
  },
  {
    what: "GitLab's deletion in a repository of SHA-256",
    ...{ event: "Push Hook", ...gitlabPush({ after: "0".repeat(64) }) },
    ...{ repository: "group/sub/control", branches: ["-master"] },
  },
  {
    what: "GitLab's push to a hook of the whole system",
    ...{ event: "System Hook", ...gitlabPush() },
    ...{ repository: "group/sub/control", branches: ["master"] },
  },
  {
    what: "GitLab's word of all branches to a hook of the whole system",
    ...gitlabSystem({
      event_name: "repository_update",
      changes: [
        { before, after, ref: "refs/heads/one" },
        { before, after: zeros, ref: "refs/heads/two" },
        { before: zeros, after, ref: "refs/tags/v1" },
      ],
      refs: ["refs/heads/one", "refs/heads/two", "refs/tags/v1"],
    }),
    ...{ repository: "group/sub/control", branches: ["one", "-two"] },
  },
  {
    what: "Bitbucket Cloud's push of several changes",
    ...bitbucketCloud(
      { old: side("one"), new: side("one"), created: false, closed: false, forced: false },
      { old: null, new: side("two"), created: true, closed: false },
      { old: side("three"), new: null, created: false, closed: true },
      { old: null, new: side("v1", "tag"), created: true, closed: false },
    ),
    ...{ repository: "team/control", branches: ["one", "two", "-three"] },
  },
  {
    what: "Bitbucket Data Center's push of several changes",
    ...bitbucketServer(
      change("refs/heads/one", "UPDATE"),
      change("refs/heads/two", "ADD"),
      change("refs/heads/three", "DELETE"),
      change("refs/tags/v1", "ADD"),
    ),
    ...{ repository: "pup/control", branches: ["one", "two", "-three"] },
  },
  {
    what: "Azure DevOps' push of several changes",
    ...azurePush(
      update("refs/heads/one"),
      update("refs/heads/users/jo@corp"),
      update("refs/heads/three", zeros),
      update("refs/tags/v1"),
    ),
    ...{ repository: "my project/control", branches: ["one", "users/jo@corp", "-three"] },
  },
];
