# The image of pods' container kiln: the agent, its exec, and the tools that Kiln itself runs. ./kiln images builds it; the context is a
# directory of native binaries.
#   BASE  a Debian with a C library as new as the machine's that compiled the binaries
#   TOOLS what images are built with in pods; "buildah docker-cli docker-buildx" on Debian 13 serves use_host_docker_daemon, too
ARG BASE=docker.io/library/debian:trixie-slim
FROM ${BASE}
ARG TOOLS="buildah"
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      bash bzip2 ca-certificates curl git gzip openssh-client tar unzip xz-utils zstd ${TOOLS} \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
COPY kiln-agent kiln-exec /opt/kiln/
# There is no room for an overlay in a container without privileges.
ENV STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
ENTRYPOINT ["/opt/kiln/kiln-agent"]
