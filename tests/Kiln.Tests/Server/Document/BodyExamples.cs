using System.Text.Json.Nodes;
using Kiln.Tests.Server.Builds;

namespace Kiln.Tests.Server.Document;

/// <summary>Example bodies by the id of their call, in an order in which they can be sent; those of builds are Zadig's document's.</summary>
internal static class BodyExamples
{
    /// <summary>Every call with a body, and one body of each of its forms, by the form's name.</summary>
    public static IReadOnlyList<(string Call, string Form, JsonObject Body)> All { get; } =
    [
        ("createProject", "project", Json("""
            {"project_key": "shop", "project_name": "Web shop", "description": "All of the shop", "is_public": false,
             "project_type": "yaml", "allowed_settings": ["privileged"]}
            """)),
        ("createService", "service", Json("""
            {"project_key": "shop", "service_name": "web", "description": "Front end",
             "containers": [{"name": "web", "image": "registry.example.com/shop/web:1", "image_name": "shop-web"}]}
            """)),
        ("createVariable", "credential", Json("""
            {"project_key": "shop", "key": "NPM_TOKEN", "value": "npm_0123456789", "is_credential": true, "description": "Reads our packages"}
            """)),
        ("createCodeHost", "token", Json("""
            {"project_key": "", "name": "git", "type": "gitlab", "address": "https://git.example.com", "auth_type": "token",
             "username": "", "token": "glpat-0123456789", "known_hosts": "", "verify_tls": true, "tls_ca": "", "proxy": "http://proxy.example.com:3128",
             "description": "Our GitLab"}
            """)),
        ("createCodeHost", "ssh_key", Json("""
            {"name": "git over ssh", "type": "other", "address": "ssh://git@git.example.com", "auth_type": "ssh_key",
             "ssh_key": "-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----\n",
             "known_hosts": "git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl9"}
            """)),
        ("createBuildImage", "image", Json("""{"label": "node 22", "value": "registry.example.com/build/node:22"}""")),
        ("createPackage", "package", Json($$"""
            {"name": "node", "version": "22.11.0", "scripts": "tar -C $HOME --strip-components=1 -xJf ${FILEPATH}", "env": ["NODE_HOME=$HOME"],
             "bin_path": "$HOME/bin", "download_path": "https://packages.example.com/node-v22.11.0-linux-x64.tar.xz",
             "sha256": "{{new string('0', 64)}}", "enabled": true}
            """)),
        ("createObjectStorage", "storage", Json("""
            {"name": "files", "endpoint": "s3.example.com:9000", "bucket": "builds", "subfolder": "shop", "region": "eu-1",
             "ak": "access", "sk": "secret-key", "insecure": false, "is_default": true}
            """)),
        ("createCluster", "token", Json("""
            {"name": "builds", "production": true, "description": "Cluster of builds", "provider": 0, "type": "token", "kube_config": "",
             "api_server": "https://10.0.0.1:6443", "token": "service-account-token", "tls_ca": "", "namespace": "builds",
             "project_names": ["shop"],
             "strategies": [{"strategy_name": "big", "strategy": "required", "tolerations": "", "default": true,
               "node_labels": [{"key": "size", "operator": "In", "value": ["big"]}]}],
             "cache": {"medium_type": "object", "object_storage": "files"}}
            """)),
        ("createRegistry", "registry", Json("""
            {"address": "registry.example.com", "provider": "native", "namespace": "shop", "is_default": true, "access_key": "robot",
             "secret_key": "registry-password", "enable_tls": true, "region": "", "tls_cert": ""}
            """)),
        ("createDockerfileTemplate", "template", Json("""
            {"name": "static site", "content": "ARG VERSION=1\nFROM nginx:${VERSION}\nCOPY dist /usr/share/nginx/html\n"}
            """)),
        ("createBuildTemplate", "template", Json("""
            {"name": "node", "infrastructure": "vm", "build_os": "node 22", "installs": [], "script_type": "shell",
             "build_script": "npm ci\nnpm test\n", "parameters": [{"key": "level", "type": "choice", "default_value": "info", "choice_option": ["info", "debug"]}]}
            """)),
        ("createToken", "user", Json("""
            {"name": "shop-ci", "kind": "user", "description": "Runs the shop's builds", "grants": [{"project_key": "shop", "role": "runner"}],
             "verbs": ["read", "run"], "expires_time": 4102444800}
            """)),
        ("createBuild", "plain", Example.Create()),
        ("createBuild", "from_template", Example.FromTemplate()),
        ("replaceBuild", "plain", Json(Example.Text("update.json"))),
        ("replaceBuildFromTemplate", "from_template", Json(Example.Text("update-from-template.json"))),
        ("startRun", "run", Json("""
            {"service_name": "web", "service_module": "web", "repo_info": [{"codehost_name": "git", "repo_namespace": "shop", "repo_name": "web", "branch": "dev"}],
             "inputs": [{"key": "level", "value": "debug"}], "registry": "registry.example.com/shop", "ignore_cache": true, "keep_workspace_minutes": 60,
             "priority": 10}
            """)),
        ("explainRunRequest", "run", Json("""
            {"service_name": "web", "service_module": "web", "repo_info": [{"codehost_name": "git", "repo_namespace": "shop", "repo_name": "web", "branch": "dev"}],
             "inputs": [{"key": "level", "value": "debug"}], "registry": "registry.example.com/shop", "ignore_cache": true, "keep_workspace_minutes": 60,
             "priority": 10}
            """)),
        ("retryRun", "run", Json("""{"from": "failed_step"}""")),
    ];

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
