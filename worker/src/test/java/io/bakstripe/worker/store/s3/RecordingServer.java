package io.bakstripe.worker.store.s3;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server that writes down what it is asked and answers like an S3 that agrees to everything, or as it is told. */
final class RecordingServer implements AutoCloseable {
    /** @param query raw; empty when there is none */
    record Request(String method, String path, String query, Headers headers, byte[] body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.getFirst(name));
        }

        String bodyText() {
            return new String(body, StandardCharsets.UTF_8);
        }

        boolean asks(String operation) {
            return operation.equals(operation());
        }

        /** The S3 operation; the whole request line when it is none that is known here. */
        String operation() {
            boolean onObject = path.indexOf('/', 1) > 0;
            String shape = method + (onObject ? " object" : " bucket");
            return switch (shape) {
                case "HEAD bucket" -> "HeadBucket";
                case "HEAD object" -> "HeadObject";
                case "GET bucket" -> query.contains("location") ? "GetBucketLocation" : listing();
                case "GET object" -> query.contains("uploadId") ? "ListParts" : "GetObject";
                case "PUT object" -> query.contains("partNumber") ? "UploadPart" : "PutObject";
                case "POST object" -> query.contains("uploadId") ? "CompleteMultipartUpload" : "CreateMultipartUpload";
                case "DELETE object" -> query.contains("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
                default -> method + " " + path + "?" + query;
            };
        }

        private String listing() {
            return query.contains("list-type=2") ? "ListObjectsV2" : "GET " + path + "?" + query;
        }
    }

    /**
     * @param status {@link #CUT} or {@link #SILENT} for no answer at all
     * @param announced the Content-Length to claim; more than the body's length breaks the connection after it
     */
    record Answer(int status, Map<String, String> headers, byte[] body, long announced) {
        private static final int CUT = -1;
        private static final int SILENT = -2;

        /** The request arrives whole, and then the connection is cut. */
        static Answer cut() {
            return of(CUT, "");
        }

        /** The request arrives whole, and nothing comes back for as long as the server runs. */
        static Answer silent() {
            return of(SILENT, "");
        }

        static Answer of(int status, String body) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return new Answer(status, Map.of(), bytes, bytes.length);
        }

        static Answer error(int status, String code, String message) {
            return of(
                    status,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>"
                            .formatted(code, message));
        }

        Answer with(String name, String value) {
            Map<String, String> more = new HashMap<>(headers);
            more.put(name, value);
            return new Answer(status, more, body, announced);
        }
    }

    private final HttpServer server;
    private final String endpoint;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new ArrayList<>();
    private final Deque<Answer> told = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Function<Request, Answer> usual = RecordingServer::agreeing;

    RecordingServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String endpoint() {
        return endpoint;
    }

    /** The next requests get these answers, in order; those after them the usual ones. */
    synchronized RecordingServer answerNext(Answer... answers) {
        told.addAll(List.of(answers));
        return this;
    }

    /** What requests get that were not told otherwise. */
    void answerUsually(Function<Request, Answer> answer) {
        usual = answer;
    }

    /** As new. */
    synchronized void reset() {
        requests.clear();
        told.clear();
        usual = RecordingServer::agreeing;
    }

    synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The only request of this operation. */
    Request only(String operation) {
        List<Request> found =
                requests().stream().filter(request -> request.asks(operation)).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " requests of " + operation + " among "
                    + requests().stream().map(Request::operation).toList());
        }
        return found.get(0);
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(),
                    Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""),
                    exchange.getRequestHeaders(),
                    exchange.getRequestBody().readAllBytes());
            Answer answer = record(request).orElseGet(() -> usual.apply(request));
            if (answer.status() == Answer.SILENT) {
                closed.await();
            }
            if (answer.status() < 0) {
                return;
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            boolean bodiless = request.method().equals("HEAD") || answer.status() == 204 || answer.announced() == 0;
            exchange.sendResponseHeaders(answer.status(), bodiless ? -1 : answer.announced());
            if (!bodiless) {
                exchange.getResponseBody().write(answer.body());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized Optional<Answer> record(Request request) {
        requests.add(request);
        return Optional.ofNullable(told.poll());
    }

    static Answer agreeing(Request request) {
        return switch (request.operation()) {
            case "HeadObject" -> Answer.of(404, "");
            case "GetBucketLocation" -> Answer.of(200, "<LocationConstraint>eu-north-1</LocationConstraint>");
            case "ListObjectsV2" -> Answer.of(200, "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>");
            case "ListParts" -> Answer.of(200, "<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>");
            case "CreateMultipartUpload" ->
                Answer.of(
                        200, "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
            case "UploadPart" -> Answer.of(200, "").with("ETag", "\"part\"");
            case "CompleteMultipartUpload" ->
                Answer.of(200, "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>");
            case "AbortMultipartUpload" -> Answer.of(204, "");
            default -> Answer.of(200, "");
        };
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
