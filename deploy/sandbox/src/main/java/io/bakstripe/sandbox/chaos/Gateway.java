package io.bakstripe.sandbox.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the clients' connections in the store's stead; a thread for each. */
final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int BACKLOG = 128;

    private final ServerSocket server;
    private final Backend backend;
    private final Script script;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "chaos-gateway");
        thread.setDaemon(true);
        return thread;
    });

    private Gateway(ServerSocket server, Backend backend, Script script) {
        this.server = server;
        this.backend = backend;
        this.script = script;
    }

    /** Listens on a port of loopback, 0 for a free one. */
    static Gateway start(int port, Backend backend, Script script) throws IOException {
        ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.0.1"));
        Gateway gateway = new Gateway(server, backend, script);
        gateway.threads.execute(gateway::accept);
        return gateway;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                clients.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("a connection was not taken", e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (ClientConnection client = new ClientConnection(socket)) {
            socket.setTcpNoDelay(true);
            Optional<RequestHead> head = client.next();
            while (head.isPresent() && Exchange.run(head.get(), client, backend, script)) {
                head = client.next();
            }
        } catch (IOException | IllegalArgumentException e) {
            // One side went away, or it spoke no HTTP: the other side sees its connection end.
            LOG.debug("a connection ended", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            clients.remove(socket);
        }
    }

    /** Cuts all connections. */
    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
        for (Socket socket : clients) {
            socket.close();
        }
    }
}
