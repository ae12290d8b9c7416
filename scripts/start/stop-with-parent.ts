/** Preloaded into each child: when the starter is gone without a word (kill -9), the child stops as if told to. */
if (process.channel) {
  process.channel.unref();
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
