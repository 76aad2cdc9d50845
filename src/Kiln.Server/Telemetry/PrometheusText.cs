using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Kiln.Server.Telemetry;

/// <summary>Listens to Kiln's meter from the start on and writes what it heard in Prometheus' text format.</summary>
public sealed class PrometheusText : IDisposable
{
    /// <summary>Media type of the text.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<Instrument, Family> _families = new();
    private readonly MeterListener _listener = new();

    public PrometheusText(KilnMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static made => new Family(made)));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.Start();
    }

    /// <summary>Everything measured so far.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            family.Write(text);
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>An instrument with its series.</summary>
    private sealed class Family
    {
        private readonly string _kind;
        private readonly string _help;
        private readonly double[] _bounds;
        private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

        public Family(Instrument instrument)
        {
            _kind = instrument switch
            {
                Counter<long> => "counter",
                Histogram<double> => "histogram",
                _ => "gauge",
            };
            _help = instrument.Description ?? "";
            _bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } ? [.. bounds] : [];
            Name = instrument.Name.Replace('.', '_')
                + instrument.Unit switch { "s" => "_seconds", "By" => instrument.Name.EndsWith("bytes", StringComparison.Ordinal) ? "" : "_bytes", _ => "" }
                + (_kind == "counter" ? "_total" : "");
            if (_kind == "counter")
            {
                // Known from the start, so that the first increase is one.
                _series[""] = new Series(0);
            }
        }

        public string Name { get; }

        public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = Labels(tags);
            if (labels.Length > 0 && _kind == "counter")
            {
                _series.TryRemove("", out _);
            }
            var series = _series.GetOrAdd(labels, static (_, buckets) => new Series(buckets), _bounds.Length);
            lock (series)
            {
                series.Sum = _kind == "gauge" ? value : series.Sum + value;
                series.Count++;
                for (var i = 0; i < _bounds.Length; i++)
                {
                    series.Below[i] += value <= _bounds[i] ? 1 : 0;
                }
            }
        }

        public void Write(StringBuilder text)
        {
            text.Append("# HELP ").Append(Name).Append(' ').Append(_help).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(_kind).Append('\n');
            foreach (var (labels, series) in _series.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                lock (series)
                {
                    if (_kind == "histogram")
                    {
                        WriteHistogram(text, labels, series);
                    }
                    else
                    {
                        Line(text, Name, labels, series.Sum);
                    }
                }
            }
        }

        private void WriteHistogram(StringBuilder text, string labels, Series series)
        {
            var more = labels.Length == 0 ? "" : $"{labels},";
            for (var i = 0; i < _bounds.Length; i++)
            {
                Line(text, $"{Name}_bucket", $"{more}le=\"{Number(_bounds[i])}\"", series.Below[i]);
            }
            Line(text, $"{Name}_bucket", $"{more}le=\"+Inf\"", series.Count);
            Line(text, $"{Name}_sum", labels, series.Sum);
            Line(text, $"{Name}_count", labels, series.Count);
        }

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0)
            {
                text.Append('{').Append(labels).Append('}');
            }
            text.Append(' ').Append(Number(value)).Append('\n');
        }

        private static string Number(double value) => value.ToString("0.################", CultureInfo.InvariantCulture);

        private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.IsEmpty)
            {
                return "";
            }
            var text = new StringBuilder();
            foreach (var (name, value) in tags)
            {
                text.Append(text.Length > 0 ? "," : "").Append(name).Append("=\"")
                    .Append($"{value}".Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
            }
            return text.ToString();
        }
    }

    private sealed class Series(int buckets)
    {
        public double Sum { get; set; }

        public long Count { get; set; }

        public long[] Below { get; } = new long[buckets];
    }
}
