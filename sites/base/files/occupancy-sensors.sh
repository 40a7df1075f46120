#!/bin/sh
# Stands in for the sensor reader: counts cars as the clock ticks.
set -eu
echo "ok" >/srv/healthz
count() {
	while true; do
		taken=$(($(date +%s) / 60 % BAYS))
		printf 'parking_bays{node="%s"} %s\nparking_bays_taken{node="%s"} %s\n' \
			"${NODE}" "${BAYS}" "${NODE}" "${taken}" >/srv/metrics.new
		mv /srv/metrics.new /srv/metrics
		sleep 60
	done
}
count &
exec httpd -f -p 9101 -h /srv
