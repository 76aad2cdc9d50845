using System.Text.Json;

namespace Kiln.Server.Kubernetes.Objects;

/// <summary>The head of a line of a watch: what kind of line it is, before its object is read.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Object">An object, for <c>BOOKMARK</c> only its resource version, for <c>ERROR</c> a status.</param>
public sealed record WatchHead(string Type, JsonElement Object);

/// <summary>A line of a watch that brings an object.</summary>
public sealed record WatchLine<T>(string Type, T Object);
