cd /work/checkout # want words
cp /root/x y # want words
cd $HOME/work/x ./work/y
echo later ; echo TODO # want words
