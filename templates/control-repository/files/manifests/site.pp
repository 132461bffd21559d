node default {
  notify { "Catalog compiled by ${server_facts['servername']}": }
  include lookup('role', String)
}
