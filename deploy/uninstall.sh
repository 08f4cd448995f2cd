#!/bin/sh
# What `make uninstall` does: takes away what `make install` put in place. Configuration and
# database stay. Variables come from the Makefile.
set -eu
: "${PREFIX:?}" "${SYSCONFDIR:?}" "${UNITDIR:?}" "${MANDIR:?}" "${BINDIR:?}" "${COMPLETIONDIR:?}"
: "${DESTDIR=}"
root=$DESTDIR$PREFIX

if [ ! -e "$root/.monitor-installed" ]; then
    echo "$root was not made by make install: nothing is removed" >&2
    exit 2
fi
if [ -z "$DESTDIR" ] && command -v systemctl >/dev/null 2>&1; then
    systemctl disable --now monitor.service 2>/dev/null || true
fi
rm -rf "$root"
rm -f "$DESTDIR$UNITDIR/monitor.service" "$DESTDIR$MANDIR/monitor.1" \
    "$DESTDIR$COMPLETIONDIR/monitor"
if [ "$(readlink "$DESTDIR$BINDIR/monitor" 2>/dev/null)" = "$PREFIX/bin/monitor" ]; then
    rm -f "$DESTDIR$BINDIR/monitor"
fi
echo "Kept: $SYSCONFDIR (configuration and rules) and /var/lib/monitor (database)."
