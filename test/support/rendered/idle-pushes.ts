import {
  after,
  azure,
  azurePush,
  bitbucketCloud,
  bitbucketServer,
  change,
  gitea,
  github,
  githubPush,
  gitlab,
  gitlabPush,
  gitlabSystem,
  side,
  update,
  zeros,
  type Message,
} from "./push-servers.js";

const works = "Nothing to deploy: the webhook works.";
const tags = "Nothing to deploy: tags are not environments.";
const noPush = (event: string) =>
  `Nothing to deploy: the event ${JSON.stringify(event)} is not a push.`;

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
  {
    what: "GitHub's issue",
    ...{ event: "issues", ...github({ action: "opened", issue: { number: 1 } }) },
    sentence: noPush("issues"),
  },
  {
    what: "Gitea's pull request",
    ...{ event: "pull_request", ...gitea({ action: "opened", number: 1 }) },
    sentence: noPush("pull_request"),
  },
  {
    what: "GitLab's merge request",
    ...{ event: "Merge Request Hook", ...gitlab({ object_kind: "merge_request" }) },
    sentence: noPush("merge request hook"),
  },
  {
    what: "GitLab's merge request to a hook of the whole system",
    ...gitlabSystem({ object_kind: "merge_request", event_type: "merge_request" }),
    sentence: noPush("merge_request"),
  },
  {
    what: "GitLab's new user to a hook of the whole system",
    ...gitlabSystem({ event_name: "user_create", username: "ada" }),
    sentence: noPush("user_create"),
  },
  {
    what: "GitLab's word of tags only to a hook of the whole system",
    ...gitlabSystem({
      event_name: "repository_update",
      changes: [{ before: zeros, after, ref: "refs/tags/v1" }],
    }),
    sentence: tags,
  },
  {
    what: "GitLab's message to a hook of the whole system that names nothing",
    ...gitlabSystem({}),
    sentence: noPush("system hook"),
  },
  {
    what: "Bitbucket Cloud's pull request",
    ...{ ...bitbucketCloud(), event: "pullrequest:created" },
    sentence: noPush("pullrequest:created"),
  },
  {
    what: "Bitbucket Data Center's pull request",
    ...{ ...bitbucketServer(), event: "pr:opened" },
    sentence: noPush("pr:opened"),
  },
  {
    what: "Azure DevOps' push of a tag",
    ...azurePush(update("refs/tags/v1")),
    sentence: tags,
  },
  {
    what: "Azure DevOps' pull request",
    ...azure("git.pullrequest.created"),
    sentence: noPush("git.pullrequest.created"),
  },
];
