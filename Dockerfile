# One image for every part: the node in its roles, nats-server, and the auditor's verify. Needs BuildKit (cache mounts).
#
# The same setup.sh as tools/run and tools/test, so that packages, compiler cache and nats-server are the same too.

FROM rust:1.95.0-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /src
COPY rust-toolchain.toml ./
COPY tools/lib tools/lib
RUN root=/src; . tools/lib/setup.sh; install_build_packages; install_rust; install_nats_server
COPY . .
# Cold, RocksDB's C++ takes about 15 minutes on two cores; the cache mounts keep it for the next build.
RUN --mount=type=cache,target=/cache,sharing=locked \
    --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    root=/src; export XDG_CACHE_HOME=/cache; . tools/lib/setup.sh; build_environment; \
    cargo build --release --locked -p cinnabar -p cinnabar-verify; \
    install -D -t /out "$CARGO_TARGET_DIR/release/cinnabar" "$CARGO_TARGET_DIR/release/verify" .tools/nats-server

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="cinnabar" \
      org.opencontainers.image.description="The ledger of an AI governance institution" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends ca-certificates libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 cinnabar \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/cinnabar --shell /usr/sbin/nologin cinnabar \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/cinnabar /data
COPY --from=build /out/ /usr/local/bin/
COPY LICENSE /usr/share/doc/cinnabar/
# A new named volume takes over the owner of these folders.
USER 10001:10001
WORKDIR /var/lib/cinnabar
ENTRYPOINT ["cinnabar"]
CMD ["--help"]
