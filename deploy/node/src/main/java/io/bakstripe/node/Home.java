package io.bakstripe.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The distribution's folder and the ways to start further processes from it. */
public record Home(Path folder) {

    /** The folder named by the system property {@code bakstripe.home}, which the launcher sets; throws when there is none. */
    public static Home find() {
        String home = System.getProperty("bakstripe.home");
        if (home == null || !Files.isDirectory(Path.of(home, "lib"))) {
            throw new IllegalStateException("start Bakstripe with its launcher ./bakstripe: bakstripe.home is " + home);
        }
        return new Home(Path.of(home).toAbsolutePath().normalize());
    }

    /** The command line of another process of this program, with a heap of its own. */
    public List<String> nodeCommand(String maxHeap, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "@" + folder.resolve("conf").resolve("node.jvm"),
                "-Xmx" + maxHeap,
                "-Dbakstripe.home=" + folder,
                "-cp",
                folder.resolve("conf") + ":" + folder.resolve("lib") + "/*",
                Main.class.getName()));
        command.addAll(arguments);
        return List.copyOf(command);
    }

    /** The command line of the sandbox's own process, whose class path is apart from the node's. */
    public List<String> sandboxCommand(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                // The second compiler knows MD5 by heart, which every part needs; for what is called less often it
                // costs more than it gives back.
                "-XX:Tier4InvocationThreshold=200000",
                "-XX:Tier4MinInvocationThreshold=100000",
                "-XX:Tier4CompileThreshold=400000",
                "-XX:Tier4BackEdgeThreshold=4000000",
                "-cp",
                folder.resolve("lib-sandbox") + "/*",
                "io.bakstripe.sandbox.SandboxMain"));
        command.addAll(arguments);
        return List.copyOf(command);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
