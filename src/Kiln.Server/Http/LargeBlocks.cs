using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Kiln.Server.Http;

/// <summary>
/// Memory of connections in larger blocks than the framework's 4 KiB. What is received takes a call to the kernel and a turn of the reader for
/// each block, and reports bring logs by the megabyte. A connection that is idle holds none.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    private const int BlockBytes = 32 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Blocks();

    /// <summary>The process's shared pool, which gives back what is not used any more.</summary>
    private sealed class Blocks : MemoryPool<byte>
    {
        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockBytes));

        protected override void Dispose(bool disposing)
        {
            // The shared pool stays.
        }
    }
}
