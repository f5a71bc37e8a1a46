package io.bakstripe.sandbox;

import io.bakstripe.sandbox.chaos.ChaosStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * A running sandbox: an S3 server on the loopback interface whose objects are files under {@code s3/} of its directory.
 *
 * <p>Whatever was acknowledged is there after a restart with the same directory, also after the process was killed; unfinished uploads too. An
 * object's metadata are extended attributes of its file, so a file system without them is refused at start. One directory has one sandbox: a second
 * one waits a while for the first to end, then fails.
 */
final class SandboxServer implements AutoCloseable {
    /** The bucket that is there from the beginning. */
    static final String BUCKET = "bakstripe-sandbox";

    static final String REGION = "us-east-1";

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final FileChannel lock;
    private final BlobStore objects;
    private final S3Proxy proxy;
    private final Optional<ChaosStore> chaos;
    private final SandboxIdentity identity;

    private SandboxServer(
            FileChannel lock, BlobStore objects, S3Proxy proxy, Optional<ChaosStore> chaos, SandboxIdentity identity) {
        this.lock = lock;
        this.objects = objects;
        this.proxy = proxy;
        this.chaos = chaos;
        this.identity = identity;
    }

    /** Starts a sandbox without faults. */
    static SandboxServer start(Path directory, int port, RandomGenerator random, Duration patience) {
        return start(directory, port, OptionalInt.empty(), random, patience);
    }

    /**
     * Starts a sandbox; it answers when this returns.
     *
     * @param port 0 for the one used before with this directory, or a free one at the first start
     * @param chaosPort where faults are asked for, 0 for a free port; empty for a store without faults
     * @param patience how long to wait for another sandbox on the same directory to end
     * @throws IllegalStateException when the directory or the port cannot be used; nothing runs then
     */
    static SandboxServer start(
            Path directory, int port, OptionalInt chaosPort, RandomGenerator random, Duration patience) {
        FileChannel lock = lock(directory, patience);
        try {
            Path files = Files.createDirectories(directory.resolve("s3"));
            requireAttributes(files);
            SandboxIdentity before = SandboxIdentity.load(directory).orElseGet(() -> SandboxIdentity.random(random));
            BlobStore objects = new StrictUploads(new FilesystemNio2BlobStore(files.toString()), files);
            int wanted = port > 0 ? port : before.port();
            // With faults the gateway has the port that clients know, and the store itself a free one behind it.
            S3Proxy proxy = serve(objects, before.withPort(chaosPort.isPresent() ? 0 : wanted));
            Optional<ChaosStore> chaos = chaosPort.isPresent()
                    ? Optional.of(guard(wanted, chaosPort.getAsInt(), proxy, objects))
                    : Optional.empty();
            SandboxIdentity identity =
                    before.withPort(chaos.map(ChaosStore::port).orElseGet(proxy::getPort));
            if (!objects.containerExists(BUCKET)) {
                objects.createContainer(BUCKET);
            }
            identity.save(directory);
            return new SandboxServer(lock, objects, proxy, chaos, identity);
        } catch (IOException e) {
            release(lock);
            throw new IllegalStateException("cannot use " + directory + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private static FileChannel lock(Path directory, Duration patience) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve("sandbox-s3.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                CompletableFuture.supplyAsync(() -> {
                            try {
                                return channel.lock();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        })
                        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
                return channel;
            } catch (CompletionException e) {
                // Closing it also ends the thread that still waits for the lock.
                release(channel);
                throw new IllegalStateException("another sandbox runs on " + directory, e);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot use " + directory + ": " + e.getMessage(), e);
        }
    }

    private static void requireAttributes(Path files) throws IOException {
        Path probe = Files.createTempFile(files, ".probe", "");
        try {
            var view = Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
            if (view == null) {
                throw new IllegalStateException(noAttributes(files));
            }
            view.write("user.bakstripe", ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException e) {
            throw new IllegalStateException(noAttributes(files), e);
        } finally {
            Files.delete(probe);
        }
    }

    private static String noAttributes(Path files) {
        return "the file system of " + files + " keeps no extended attributes, which hold the objects' metadata:"
                + " choose a directory on another one";
    }

    private static S3Proxy serve(BlobStore objects, SandboxIdentity identity) {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(objects)
                .endpoint(URI.create("http://127.0.0.1:" + identity.port()))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, identity.accessKey(), identity.secretKey())
                .stopTimeout(STOP_LIMIT.toMillis())
                .build();
        try {
            proxy.start();
            return proxy;
        } catch (Exception e) {
            throw new IllegalStateException(
                    "cannot serve on port " + identity.port() + ": " + e.getMessage() + " (choose one with --port)", e);
        }
    }

    private static ChaosStore guard(int port, int chaosPort, S3Proxy proxy, BlobStore objects) {
        try {
            return ChaosStore.start(port, chaosPort, proxy.getPort(), objects);
        } catch (IOException e) {
            stop(proxy);
            throw new IllegalStateException(
                    "cannot serve on port " + port + " with faults from port " + chaosPort + ": " + e.getMessage()
                            + " (choose others with --port and --chaos-port)",
                    e);
        }
    }

    private static void stop(S3Proxy proxy) {
        try {
            proxy.stop();
        } catch (Exception e) {
            System.err.println("sandbox: stopped with " + e);
        }
    }

    SandboxIdentity identity() {
        return identity;
    }

    String endpoint() {
        return "http://127.0.0.1:" + identity.port();
    }

    /** Where no fault strikes; {@link #endpoint} unless faults can be asked for. */
    String calmEndpoint() {
        return "http://127.0.0.1:" + proxy.getPort();
    }

    /** Where faults are asked for. */
    Optional<String> chaosEndpoint() {
        return chaos.map(running -> "http://127.0.0.1:" + running.controlPort() + "/chaos");
    }

    /** What a client needs, as one line of JSON. No value holds a character that JSON would escape. */
    String toJson() {
        return "{\"endpoint\":\"%s\",\"accessKey\":\"%s\",\"secretKey\":\"%s\",\"region\":\"%s\",\"bucket\":\"%s\"%s}"
                .formatted(
                        endpoint(),
                        identity.accessKey(),
                        identity.secretKey(),
                        REGION,
                        BUCKET,
                        chaosEndpoint()
                                .map(address -> ",\"chaos\":\"%s\",\"calm\":\"%s\"".formatted(address, calmEndpoint()))
                                .orElse(""));
    }

    /** Stops serving; requests that run get a few seconds to end. Never throws. */
    @Override
    public void close() {
        try {
            if (chaos.isPresent()) {
                chaos.get().close();
            }
            stop(proxy);
            objects.close();
        } catch (Exception e) {
            System.err.println("sandbox: stopped with " + e);
        } finally {
            release(lock);
        }
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            System.err.println("sandbox: lock file not closed: " + e);
        }
    }
}
