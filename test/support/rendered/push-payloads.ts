/** A Git server's message: the event that a header names, and the body. */
export interface Message {
  /** Which server's header: GITHUB_EVENT, GITEA_EVENT, GITLAB_EVENT or BITBUCKET_EVENT. */
  header: string;
  event: string;
  body: unknown;
}

/** A message, and what it should deploy. */
export interface GoodMessage extends Message {
  what: string;
  repository: string;
  /** Branches, in order; deleted ones with a `-`. */
  branches: readonly string[];
}

const zeros = "0".repeat(40);
const before = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
const after = "59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5";

const github = (body: object): Pick<Message, "header" | "body"> => ({
  header: "GITHUB_EVENT",
  body: {
    ...body,
    repository: {
      id: 35129377,
      name: "Control",
      full_name: "Octo-Org/Control",
      private: true,
      owner: { name: "Octo-Org", login: "Octo-Org" },
      default_branch: "production",
    },
    sender: { login: "mona", id: 1, type: "User" },
  },
});
const githubPush = (ref: string, changes: object = {}) =>
  github({
    ref,
    before,
    after,
    base_ref: null,
    created: false,
    deleted: false,
    forced: false,
    commits: [{ id: after, message: 'Größer, "schneller" 🚀', added: [], modified: ["x.pp"] }],
    pusher: { name: "mona", email: null },
    ...changes,
  });

const gitea = (body: object): Pick<Message, "header" | "body"> => ({
  header: "GITEA_EVENT",
  body: {
    ...body,
    repository: { id: 1, name: "control", full_name: "org/control", default_branch: "main" },
    sender: { id: 1, login: "ada" },
  },
});

const gitlab = (body: object): Pick<Message, "header" | "body"> => ({
  header: "GITLAB_EVENT",
  body: {
    ...body,
    user_name: "Ada",
    project_id: 15,
    project: {
      id: 15,
      name: "Control",
      path_with_namespace: "Group/Sub/control",
      default_branch: "main",
    },
    // Without the repository's full name.
    repository: { name: "Control", url: "git@gitlab.example.com:group/sub/control.git" },
    commits: [],
    total_commits_count: 0,
  },
});
const gitlabPush = (changes: object = {}) =>
  gitlab({
    object_kind: "push",
    event_name: "push",
    before,
    after,
    ref: "refs/heads/master",
    ref_protected: true,
    checkout_sha: after,
    ...changes,
  });

const side = (name: string, type = "branch") => ({ type, name, target: { hash: after } });
const bitbucketCloud = (...changes: object[]): Pick<Message, "header" | "event" | "body"> => ({
  header: "BITBUCKET_EVENT",
  event: "repo:push",
  body: {
    push: { changes },
    actor: { type: "user", display_name: "Ada" },
    repository: {
      type: "repository",
      name: "control",
      full_name: "team/control",
      project: { type: "project", key: "PUP" },
      workspace: { slug: "team" },
    },
  },
});

const change = (id: string, type: string) => ({
  ref: { id, displayId: id.replace(/^refs\/[a-z]+\//, ""), type: "BRANCH" },
  refId: id,
  fromHash: type === "ADD" ? zeros : before,
  toHash: type === "DELETE" ? zeros : after,
  type,
});
const bitbucketServer = (...changes: object[]): Pick<Message, "header" | "event" | "body"> => ({
  header: "BITBUCKET_EVENT",
  event: "repo:refs_changed",
  body: {
    eventKey: "repo:refs_changed",
    date: "2026-09-19T09:58:11+1000",
    actor: { name: "admin", id: 1, active: true, slug: "admin", type: "NORMAL" },
    repository: {
      slug: "control",
      id: 84,
      name: "control",
      project: { key: "PUP", id: 84, name: "Puppet", public: false, type: "NORMAL" },
    },
    changes,
  },
});

/** Messages as GitHub, Gitea, GitLab and both Bitbuckets document them, shortened, of which something is deployed. */
export const good: readonly GoodMessage[] = [
  {
    what: "GitHub's push",
    ...{ event: "push", ...githubPush("refs/heads/production") },
    ...{ repository: "octo-org/control", branches: ["production"] },
  },
  {
    what: "GitHub's push of a branch with all that a name may have",
    ...{ event: "push", ...githubPush("refs/heads/feature/A_1.2-x+y#3") },
    ...{ repository: "octo-org/control", branches: ["feature/A_1.2-x+y#3"] },
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
];

const works = "Nothing to deploy: the webhook works.";
const tags = "Nothing to deploy: tags are not environments.";

/** Valid messages that deploy nothing. */
export const idle: readonly (Message & { what: string; sentence: string })[] = [
  {
    what: "GitHub's ping",
    ...{ event: "ping", ...github({ zen: "Keep it logically awesome.", hook_id: 1 }) },
    sentence: works,
  },
  {
    what: "GitHub's push of a tag",
    ...{ event: "push", ...githubPush("refs/tags/v1.0") },
    sentence: tags,
  },
  {
    what: "GitHub's deletion of a tag",
    ...{ event: "delete", ...github({ ref: "v1.0", ref_type: "tag" }) },
    sentence: tags,
  },
  {
    what: "Gitea's word of a new branch, beside which it tells of a push",
    ...{ event: "create", ...gitea({ sha: after, ref: "new", ref_type: "branch" }) },
    sentence: "Nothing to deploy: what is created is pushed as well.",
  },
  {
    what: "GitLab's push of a tag",
    event: "Tag Push Hook",
    ...gitlabPush({ object_kind: "tag_push", event_name: "tag_push", ref: "refs/tags/v1" }),
    sentence: tags,
  },
  {
    what: "GitLab's push of a tag to a hook of the whole system",
    event: "System Hook",
    ...gitlabPush({ object_kind: "tag_push", event_name: "tag_push", ref: "refs/tags/v1" }),
    sentence: tags,
  },
  {
    what: "Bitbucket Cloud's push of a tag",
    ...bitbucketCloud({ old: null, new: side("v1", "tag") }),
    sentence: tags,
  },
  {
    what: "Bitbucket Cloud's deletion of a tag",
    ...bitbucketCloud({ old: side("v1", "tag"), new: null }),
    sentence: tags,
  },
  {
    what: "Bitbucket Data Center's push of a tag",
    ...bitbucketServer(change("refs/tags/v1", "ADD")),
    sentence: tags,
  },
  {
    what: "Bitbucket Data Center's test of the connection",
    ...{ header: "BITBUCKET_EVENT", event: "diagnostics:ping", body: { test: true } },
    sentence: works,
  },
];
