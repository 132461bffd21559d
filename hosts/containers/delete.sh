# States of version 0.1 refer to this path: it removes what they created.
exec sh "$(dirname "$0")/../../platforms/containers/delete.sh"
