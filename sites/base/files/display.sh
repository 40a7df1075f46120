#!/bin/sh
# Stands in for the signs: writes what they would show, every few seconds anew.
set -eu
echo "ok" >/srv/healthz
show() {
	while true; do
		{
			echo "$(cat /etc/lot/TARIFF) $(cat /etc/lot/CURRENCY) | $(cat /etc/lot/OPENING_HOURS)"
			if [ "${HEIGHT_DISPLAY}" = on ]; then
				echo "max ${CLEARANCE_CM} cm"
			fi
		} >/srv/index.new
		mv /srv/index.new /srv/index.html
		sleep 5
	done
}
show &
exec httpd -f -p 8083 -h /srv
