# Written once, where an environment had no manifest: replace it with your own code.
node default {
  notify { "Catalog compiled by ${server_facts['servername']}": }
}
