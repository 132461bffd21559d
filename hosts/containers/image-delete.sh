# States of version 0.1 name this place: what they made is removed by it.
exec sh "$(dirname "$0")/../../platforms/containers/image-delete.sh"
