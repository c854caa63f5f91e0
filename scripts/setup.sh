# Set-up shared by scripts/run and scripts/test: Debian packages, the configured build, Python environments.
# Sourced with `root` (the repository) and `me` (the script, for messages) set. Nothing here asks the network when
# everything is there, so a second call works offline.
# shellcheck shell=bash

build_packages=(g++ cmake ninja-build libboost-dev libhdf5-dev libyaml-cpp-dev libcli11-dev libfmt-dev libxsimd-dev libeigen3-dev libxbyak-dev)
test_packages=(git doctest-dev python3 python3-dev python3-venv octave octave-netcdf gnuplot-nox fonts-freefont-otf locales)
full_packages=(ccache clang clang-tidy libclang-rt-dev)
bench_packages=(libasmjit-dev)

# So that what was compiled in one folder below build/ is found again from another, as the wheel's.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root}

# Missing set-up is exit code 6, as a missing resource is for the program.
give_up() {
  printf '%s: %s\n' "$me" "$1" >&2
  exit 6
}

# Installs those of the packages $@ that are missing; without the right to, prints the line to type.
ensure_packages() {
  command -v dpkg-query >/dev/null || {
    [ -f "$root/build/release/build.ninja" ] ||
      printf '%s: no dpkg here, so packages are not checked; needed by their Debian names: %s\n' "$me" "$*" >&2
    return 0
  }
  local installed name missing=()
  installed=$(dpkg-query -W -f '${Package}=${db:Status-Status}\n' "$@" 2>/dev/null) || true
  for name in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"$name=installed"$'\n'* ]] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      become=(sudo -n)
    else
      local line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
      if command -v sudo >/dev/null; then line=${line//apt-get/sudo apt-get}; else line="su -c '$line'"; fi
      give_up "packages are missing. Type this line, then run it again:"$'\n'"$line"
    fi
  fi
  printf '%s: installing %s\n' "$me" "${missing[*]}" >&2
  local log=$root/build/logs/apt.log
  local get=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  # The package lists of a fresh machine are missing or old: look for new ones only when the first try fails.
  { "${get[@]}" install -y --no-install-recommends "${missing[@]}" ||
    { "${get[@]}" update; "${get[@]}" install -y --no-install-recommends "${missing[@]}"; }; } \
    </dev/null >"$log" 2>&1 || { tail -n 20 "$log" >&2 && give_up "apt-get could not install ${missing[*]} (log: $log)"; }
}

# Configures build/$1 when that was not done yet, or was done for another place of the tree.
ensure_configured() {
  local preset=$1 folder=$root/build/$1 log=$root/build/logs/configure-$1.log launcher=()
  if [ -f "$folder/build.ninja" ] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt" 2>/dev/null &&
    { ! has_python_module "$preset" || [ -x "$root/.venv-tests/bin/python" ]; }; then
    return 0
  fi
  ! command -v ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  printf '%s: configuring build/%s\n' "$me" "$preset" >&2
  (cd "$root" && cmake --fresh --preset "$preset" "${launcher[@]}") >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    give_up "cmake could not configure build/$preset (log: $log)"
  }
}

has_python_module() {
  grep -qxF "HILLOCK_PYTHON:BOOL=ON" "$root/build/$1/CMakeCache.txt" 2>/dev/null
}

# Adds the Python module to build/$1, for the interpreter of the virtual environment $2.
ensure_python_module() {
  local log=$root/build/logs/configure-$1-python.log
  ! has_python_module "$1" || return 0
  cmake -S "$root" -B "$root/build/$1" -DHILLOCK_PYTHON=ON -DPython_EXECUTABLE="$root/$2/bin/python" >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    give_up "cmake could not add the Python module to build/$1 (log: $log)"
  }
}

# Makes build/$1 hold the npm packages that the package-lock.json in the folder $2 pins; its stamp is the checksum of that
# file. Fails when npm does; its log is build/logs/$1.log.
ensure_npm_packages() {
  local folder=$root/build/$1 pins=$root/$2 log=$root/build/logs/$1.log stamp
  stamp=$(cksum <"$pins/package-lock.json")
  [ "$(cat "$folder/.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  mkdir -p "$folder"
  cp "$pins/package.json" "$pins/package-lock.json" "$folder"
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund </dev/null >"$log" 2>&1 || return 1
  printf '%s\n' "$stamp" >"$folder/.stamp"
}

# The plotting library of reports. Without npm a build leaves reports out, and `hillock report` says so.
ensure_plot_library() {
  ! command -v npm >/dev/null || ensure_npm_packages npm sim/cli/report ||
    printf '%s: npm could not fetch the plotting library, so hillock is built without reports (log: %s)\n' \
      "$me" "$root/build/logs/npm.log" >&2
}

# The language server that configs are tested with as editors see them.
ensure_language_server() {
  ensure_npm_packages npm-tests tests/editor || {
    tail -n 20 "$root/build/logs/npm-tests.log" >&2
    give_up "npm could not fetch yaml-language-server (log: $root/build/logs/npm-tests.log)"
  }
}

# The browser that reports are tested in: Debian's, or Playwright's own where the distribution has none.
ensure_browser() {
  ! command -v chromium >/dev/null || return 0
  if apt-cache show chromium >/dev/null 2>&1 || ! grep -q '^ID=ubuntu' /etc/os-release; then
    ensure_packages chromium
  else
    "$root/.venv-tests/bin/playwright" install --with-deps chromium >"$root/build/logs/browser.log" 2>&1 </dev/null ||
      give_up "Playwright could not install chromium (log: $root/build/logs/browser.log)"
  fi
}

# Makes the virtual environment $1 hold what the file $2 pins; its stamp is the checksum of that file.
ensure_environment() {
  local folder=$root/$1 pins=$root/$2 log=$root/build/logs/$1.log stamp
  stamp=$(cksum <"$pins")
  [ "$(cat "$folder/.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || give_up "Python 3.10 or newer is needed, found $(python3 --version)"
  printf '%s: installing the Python packages of %s into %s\n' "$me" "$2" "$1" >&2
  { python3 -m venv --clear "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check -r "$pins"; } \
    </dev/null >"$log" 2>&1 || { tail -n 20 "$log" >&2 && give_up "pip could not install $2 (log: $log)"; }
  printf '%s\n' "$stamp" >"$folder/.stamp"
}
