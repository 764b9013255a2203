#!/bin/sh
# The server of Temporal takes its password from a variable only: it is read from its file here, and seen by this process only.
set -eu
POSTGRES_PWD="$(cat "$POSTGRES_PWD_FILE")"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
