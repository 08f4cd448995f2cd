#!/bin/sh
# What `make install` does: program, unit, manual, completion and a first configuration.
# Nothing that a person may have edited is overwritten. Variables come from the Makefile.
set -eu
# The service has a user of its own, which reads all of this: under root's own umask it might not.
umask 022
: "${PYTHON:?}" "${PREFIX:?}" "${SYSCONFDIR:?}" "${UNITDIR:?}" "${MANDIR:?}" "${BINDIR:?}"
: "${COMPLETIONDIR:?}" "${DESTDIR=}"
root=$DESTDIR$PREFIX
mine=$root/.monitor-installed

case $PREFIX in
    /*) ;;
    *) echo "PREFIX must be an absolute path, not $PREFIX" >&2; exit 2 ;;
esac
if [ -e "$root" ] && [ ! -e "$mine" ] && [ -n "$(ls -A "$root")" ]; then
    echo "$root holds something else: give the monitor a folder of its own (PREFIX=/opt/monitor)" >&2
    exit 2
fi

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; name one: make install PYTHON=python3.12" >&2
    exit 2
}
mkdir -p "$root"
: >"$mine"
# An environment whose Python was replaced by a newer one is made anew.
"$root/bin/python" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m venv --clear "$root"
: >"$mine"
pip="$root/bin/python -m pip --quiet --disable-pip-version-check"
if [ -n "${INSTALL_DEPENDENCIES:-}" ]; then
    # For packagers, who have the dependencies already.
    sh -c "$INSTALL_DEPENDENCIES"
else
    $pip install --require-hashes --no-deps -r requirements/run.lock
fi
$pip install --no-deps --no-build-isolation --force-reinstall .

install -d "$root/share/doc/monitor" "$DESTDIR$UNITDIR" "$DESTDIR$MANDIR" \
    "$DESTDIR$COMPLETIONDIR" "$DESTDIR$BINDIR"
install -m 644 README.md LICENSE docs/*.md deploy/*.yml deploy/*.json "$root/share/doc/monitor"
sed -e "s|/opt/monitor|$PREFIX|g" -e "s|/etc/monitor|$SYSCONFDIR|g" monitor.service \
    >"$DESTDIR$UNITDIR/monitor.service"
chmod 644 "$DESTDIR$UNITDIR/monitor.service"
install -m 644 share/man/man1/monitor.1 "$DESTDIR$MANDIR/monitor.1"
ln -sfn "$PREFIX/bin/monitor" "$DESTDIR$BINDIR/monitor"
_MONITOR_COMPLETE=bash_source "$root/bin/python" -m monitor >"$DESTDIR$COMPLETIONDIR/monitor"
chmod 644 "$DESTDIR$COMPLETIONDIR/monitor"

etc=$DESTDIR$SYSCONFDIR
if [ -e "$etc/monitor.yaml" ]; then
    echo "$etc/monitor.yaml is there already: kept as it is"
else
    # What it says to do next holds for other folders than this one.
    said=$("$root/bin/python" -m monitor init "$etc" 2>&1) || { echo "$said" >&2; exit 2; }
    # The unit may write into its state directory alone.
    sed -i 's|^database: sqlite:///var/monitor.db.*|database: sqlite:////var/lib/monitor/monitor.db|' \
        "$etc/monitor.yaml"
fi

if [ -n "$DESTDIR" ]; then
    # The programs name their interpreter; they will stand elsewhere.
    grep -rlIF "$root" "$root/bin" "$root/pyvenv.cfg" | xargs -r sed -i "s|$root|$PREFIX|g"
else
    echo "Next: edit $SYSCONFDIR/monitor.yaml, then"
    echo "  monitor check --config $SYSCONFDIR/monitor.yaml"
    echo "  systemctl daemon-reload && systemctl enable --now monitor"
fi
