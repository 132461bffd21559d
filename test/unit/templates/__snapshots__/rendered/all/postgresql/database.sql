-- Made by pulumi-puppet: change the stack's settings, not this file.
-- Makes PuppetDB's database and roles; what is there is left, but for the passwords.
\set ON_ERROR_STOP on
SELECT rolsuper AS superuser FROM pg_roles WHERE rolname = current_user \gset
\if :superuser
  -- Passwords reach no log, not even with a statement that fails.
  SET log_statement = 'none';
  SET log_min_duration_statement = -1;
  SET log_min_error_statement = 'panic';
\endif

SELECT 'CREATE ROLE "puppetdb"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'puppetdb') \gexec
SELECT 'CREATE ROLE "puppetdb_read"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'puppetdb_read') \gexec
-- A restore makes a second database beside the one in use, hence CREATEDB.
ALTER ROLE "puppetdb" LOGIN CREATEDB PASSWORD 'puppetdbwritepassword00000000000';
ALTER ROLE "puppetdb_read" LOGIN PASSWORD 'puppetdbreadpassword000000000000';
\if :superuser
\else
  -- An administrator who is no superuser makes databases only for roles that it may become.
  GRANT "puppetdb" TO CURRENT_USER;
\endif
-- During a migration PuppetDB ends the sessions of its readers.
GRANT "puppetdb_read" TO "puppetdb";

SELECT 'CREATE DATABASE "puppetdb" OWNER "puppetdb" ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'puppetdb') \gexec
\connect "puppetdb"
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- PostgreSQL 14 lets everybody make tables there.
REVOKE CREATE ON SCHEMA public FROM public;
GRANT CREATE ON SCHEMA public TO "puppetdb";
SET ROLE "puppetdb";
REVOKE CONNECT, TEMPORARY ON DATABASE "puppetdb" FROM public;
GRANT CONNECT ON DATABASE "puppetdb" TO "puppetdb_read";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO "puppetdb_read";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO "puppetdb_read";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO "puppetdb_read";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO "puppetdb_read";
