#!/bin/sh
# monitor.service is understood whole by systemd, and exposes little (systemd-analyze, where there is one).
set -eu
if ! command -v systemd-analyze >/dev/null; then
    echo "monitor.service: not checked, this machine has no systemd-analyze"
    exit 0
fi
said=$(systemd-analyze verify ./monitor.service 2>&1) || true
if [ -n "$said" ]; then
    echo "monitor.service: systemd-analyze verify is not silent:" "$said"
    exit 1
fi
# --threshold counts tenths: 15 is 1.5.
systemd-analyze security --offline=yes --threshold=15 --no-pager ./monitor.service | tail -n 1
