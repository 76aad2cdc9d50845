# The server, as a user without rights. ./kiln images builds it; the context is a directory of native binaries.
#   BASE  a Debian with a C library as new as the machine's that compiled the binaries
ARG BASE=docker.io/library/debian:trixie-slim
FROM ${BASE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bash ca-certificates git openssh-client tar zstd \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kiln \
 && mkdir -m 0700 /data && chown kiln:kiln /data
COPY . /opt/kiln/
USER 10001:10001
ENV HOME=/data KILN_DATA=/data/kiln KILN_LISTEN=0.0.0.0:7070
WORKDIR /data
VOLUME /data
EXPOSE 7070
ENTRYPOINT ["/opt/kiln/kiln-server"]
