#!/bin/sh
# Stands in for the plate reader: says how many cameras it watches.
set -eu
echo "ok" >/srv/healthz
echo "site=${SITE} cameras=${CAMERAS} keep_days=${KEEP_DAYS}" >/srv/index.html
exec httpd -f -p 8085 -h /srv
